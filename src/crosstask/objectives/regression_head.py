"""Regression by a head: squared error of a linear layer's one output, of scores in units of their spread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from crosstask.objectives import Batch, Features, Outputs
from crosstask.objectives._pooled import PooledObjective

if TYPE_CHECKING:
    import torch

    from crosstask.models.heads.classifier import ClassifierHead
    from crosstask.models.text_encoder import TextEncoder
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.kinds.regression import Regression
    from crosstask.tasks.task import Example


class RegressionHead(PooledObjective):
    """Squared error of a head's output [batch, 1].

    What is learned is how many standard deviations a score lies above the mean of the train scores, so that rates and
    losses suit any unit. Scores are not held within the range that train shows.
    """

    def head(self, kind: Kind, trunk: Trunk) -> ClassifierHead:
        """A linear layer of one output on the pooled states."""
        return self.pooled_head(trunk, 1)

    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """Tokens of the one or two text fields; the standardised score as target."""
        mean, spread = _scale(kind)
        targets = [None if example.target is None else (example.target - mean) / spread for example in examples]
        encodings = text.encode([example.texts for example in examples])
        return [
            Features(encoding, target, row=row)
            for row, (encoding, target) in enumerate(zip(encodings, targets, strict=True))
        ]

    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """Targets [batch] as standardised scores, not a number where a row has none."""
        import torch

        targets = [float("nan") if row.target is None else row.target for row in features]
        return Batch(
            tokens=text.pad([row.encoding for row in features]),
            targets=torch.tensor(targets),
            weights=torch.tensor([row.weight for row in features]),
        )

    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Squared error of outputs [batch, 1], weighted and summed over rows."""
        errors = outputs.float().squeeze(-1) - batch.targets  # [batch]
        return (errors.square() * batch.weights).sum()

    def decode(self, kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The score in its own unit, from outputs [1]."""
        mean, spread = _scale(kind)
        scores = found.mean().astype("float64")[:, 0] * spread + mean
        return [{"score": score} for score in scores.tolist()]


def _scale(kind: Kind) -> tuple[float, float]:
    """The mean and the spread of the train scores."""
    learned = cast("Regression", kind)
    return cast(float, learned.mean), cast(float, learned.spread)
