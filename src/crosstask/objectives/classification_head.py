"""Classification by a head: cross-entropy over the logits of a linear layer on the pooled trunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, cast

from pydantic import Field

from crosstask.evidence.calibration import TEMPERATURE_ROWS, fit_temperature
from crosstask.objectives import NO_TARGET, Batch, Features, Outputs
from crosstask.objectives._pooled import PooledObjective

if TYPE_CHECKING:
    import torch

    from crosstask.models.heads.classifier import ClassifierHead
    from crosstask.models.text_encoder import Encoding, TextEncoder
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.kinds.classification import Classification
    from crosstask.tasks.task import Example


class ClassificationHead(PooledObjective):
    """Cross-entropy over a head's logits [batch, labels]."""

    class_weights: Literal["none", "balanced"] = Field(
        "none", description="balanced: each class weighs the same in the loss, however many rows it has"
    )
    windows: bool = Field(False, description="read long texts in windows that overlap instead of cutting them")
    overlap: int = Field(64, ge=0, description="tokens that neighbouring windows share")

    def head(self, kind: Kind, trunk: Trunk) -> ClassifierHead:
        """A linear classifier on the pooled states."""
        return self.pooled_head(trunk, len(_labels(kind)))

    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """Tokens of the one or two text fields; the label's position in the label space as target.

        Windows of one text weigh as much together as a text that needs none.
        """
        position = {label: index for index, label in enumerate(_labels(kind))}
        targets = [None if example.target is None else position[example.target] for example in examples]
        weights = self._weights(targets)
        read = self._windows([example.texts for example in examples], text)
        return [
            Features(window, targets[row], weights[row] / len(windows), row)
            for row, windows in enumerate(read)
            for window in windows
        ]

    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """Targets [batch] as label positions, NO_TARGET where a row has none."""
        import torch

        targets = [NO_TARGET if row.target is None else row.target for row in features]
        return Batch(
            tokens=text.pad([row.encoding for row in features]),
            targets=torch.tensor(targets),
            weights=torch.tensor([row.weight for row in features]),
        )

    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Cross-entropy of logits [batch, labels], weighted and summed over rows."""
        return label_loss(outputs, batch)

    def fit(self, kind: Kind, found: Outputs) -> dict[str, Any]:
        """The temperature of the probabilities, where there are rows enough to say how sure to be."""
        return label_temperature(kind, found)

    def decode(self, kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Label and probabilities by name, from logits [labels], the mean of all windows, over the temperature."""
        return label_records(kind, found, fitted)

    def _windows(self, texts: Sequence[tuple[str, ...]], text: TextEncoder) -> list[list[Encoding]]:
        if self.windows:
            return text.windows(texts, self.overlap)
        return [[encoding] for encoding in text.encode(texts)]

    def _weights(self, targets: Sequence[int | None]) -> list[float]:
        if self.class_weights == "none":
            return [1.0] * len(targets)
        counts = Counter(targets)
        return [len(targets) / (len(counts) * counts[target]) for target in targets]


def label_loss(outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Cross-entropy of one score a label, [batch, labels], weighted and summed over rows."""
    from torch.nn.functional import cross_entropy

    losses = cross_entropy(outputs.float(), batch.targets, reduction="none")  # [batch]
    return (losses * batch.weights).sum()


def label_temperature(kind: Kind, found: Outputs) -> dict[str, Any]:
    """The temperature of the labels' probabilities; nothing where too few rows cannot say how sure to be."""
    if len(found.examples) < TEMPERATURE_ROWS:
        return {}
    return {"temperature": fit_temperature(found.mean(), [_labels(kind).index(row.target) for row in found.examples])}


def label_records(kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Label and probabilities by name, from one score a label, over the temperature that was fitted."""
    from scipy.special import softmax

    labels = _labels(kind)
    probabilities = softmax(found.mean().astype("float64") / fitted.get("temperature", 1.0), axis=1)
    best = probabilities.argmax(axis=1)
    return [
        {"label": labels[winner], "probabilities": dict(zip(labels, row, strict=True))}
        for winner, row in zip(best, probabilities.tolist(), strict=True)
    ]


def _labels(kind: Kind) -> tuple[str, ...]:
    return cast("Classification", kind).labels
