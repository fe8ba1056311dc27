"""Classification by a head: cross-entropy over the logits of a linear layer on the pooled trunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import AfterValidator, Field

from crosstask.errors import CrosstaskError
from crosstask.objectives import Batch, Features, Objective

if TYPE_CHECKING:
    import numpy as np
    import torch

    from crosstask.models.heads.classifier import ClassifierHead
    from crosstask.models.text_encoder import TextEncoder
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.kinds.classification import Classification
    from crosstask.tasks.task import Example


def _pooling(spec: str) -> str:
    """The name of a registered pooling, with its options if any; the registry stands behind torch."""
    from crosstask.models.pooling import POOLINGS

    try:
        POOLINGS.make(spec)
    except CrosstaskError as error:
        error.field = error.field or "pooling"
        raise
    return spec


class ClassificationHead(Objective):
    """Cross-entropy over a head's logits [batch, labels]."""

    pooling: Annotated[str, AfterValidator(_pooling)] = Field(
        "mean", description="how token states become one vector: the name of a pooling"
    )
    dropout: float = Field(0.1, ge=0, lt=1, description="dropout on the pooled vector")
    class_weights: Literal["none", "balanced"] = Field(
        "none", description="balanced: each class weighs the same in the loss, however many rows it has"
    )

    def head(self, kind: Kind, width: int) -> ClassifierHead:
        """A linear classifier on the pooled states."""
        from crosstask.models.heads.classifier import ClassifierHead

        return ClassifierHead(width, len(_labels(kind)), pooling=self.pooling, dropout=self.dropout)

    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """Tokens of the one or two text fields; the label's position in the label space as target."""
        position = {label: index for index, label in enumerate(_labels(kind))}
        targets = [None if example.target is None else position[example.target] for example in examples]
        weights = self._weights(targets)
        encodings = text.encode([tuple(example.inputs.values()) for example in examples])
        return [Features(*row) for row in zip(encodings, targets, weights, strict=True)]

    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """Targets [batch] as label positions, -100 where a row has none."""
        import torch

        targets = [-100 if row.target is None else row.target for row in features]
        return Batch(
            tokens=text.pad([row.encoding for row in features]),
            targets=torch.tensor(targets),
            weights=torch.tensor([row.weight for row in features]),
        )

    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Cross-entropy of logits [batch, labels], weighted and summed over rows."""
        from torch.nn.functional import cross_entropy

        losses = cross_entropy(outputs.float(), batch.targets, reduction="none")  # [batch]
        return (losses * batch.weights).sum()

    def decode(self, kind: Kind, outputs: np.ndarray, temperature: float = 1.0) -> list[Mapping[str, Any]]:
        """Label and probabilities by name, from logits [rows, labels] divided by the temperature."""
        from scipy.special import softmax

        labels = _labels(kind)
        probabilities = softmax(outputs.astype("float64") / temperature, axis=1)
        best = probabilities.argmax(axis=1)
        return [
            {"label": labels[winner], "probabilities": dict(zip(labels, row, strict=True))}
            for winner, row in zip(best, probabilities.tolist(), strict=True)
        ]

    def _weights(self, targets: Sequence[int | None]) -> list[float]:
        if self.class_weights == "none":
            return [1.0] * len(targets)
        counts = Counter(targets)
        return [len(targets) / (len(counts) * counts[target]) for target in targets]


def _labels(kind: Kind) -> tuple[str, ...]:
    return cast("Classification", kind).labels
