"""Multi-label classification by a head: each label's own yes or no over a linear layer on the pooled trunk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from crosstask.evidence.calibration import TEMPERATURE_ROWS, fit_temperature
from crosstask.evidence.thresholds import DEFAULT, fit_thresholds
from crosstask.objectives import Batch, Features, Outputs
from crosstask.objectives._pooled import PooledObjective
from crosstask.tasks.label_counts import indicators

if TYPE_CHECKING:
    import torch

    from crosstask.models.heads.classifier import ClassifierHead
    from crosstask.models.text_encoder import TextEncoder
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Example

Numbers = NDArray[np.float64]

_THRESHOLD_LABELS = 20  # labels that validation rows have in all; fewer cannot say where to draw the line


class MultiLabelHead(PooledObjective):
    """Binary cross-entropy of a head's logits [batch, labels].

    The loss of a row is the mean over the labels, so that it is as large as that of any other kind. A label is given
    from a probability of 0.5 on, or from the threshold that validation rows ask for.
    """

    positive_weights: Literal["none", "balanced"] = Field(
        "none", description="balanced: rows with a label weigh the same in its loss as those without, however few"
    )

    def head(self, kind: Kind, trunk: Trunk) -> ClassifierHead:
        """A linear classifier on the pooled states, which starts from one label a row, each as probable as another.

        Paper: Lin et al. 2017, "Focal loss for dense object detection" (section 3.3, the prior of rare classes).
        """
        from torch.nn.init import constant_

        labels = len(kind.space)
        head = self.pooled_head(trunk, labels)
        constant_(head.linear.bias, -log(max(labels - 1, 1)))
        return head

    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """Tokens of the one or two text fields.

        The target has a number for each label: its weight in the loss, negative where the row has not that label.
        """
        encodings = text.encode([example.texts for example in examples])
        targets = self._targets(kind, examples)
        return [
            Features(encoding, target, row=row)
            for row, (encoding, target) in enumerate(zip(encodings, targets, strict=True))
        ]

    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """Targets [batch, labels] as signed weights; [batch, 0] where the rows have none."""
        import torch

        return Batch(
            tokens=text.pad([row.encoding for row in features]),
            targets=torch.tensor([row.target or () for row in features]),
            weights=torch.tensor([row.weight for row in features]),
        )

    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """Binary cross-entropy of logits [batch, labels], the mean over labels, weighted and summed over rows."""
        from torch.nn.functional import binary_cross_entropy_with_logits

        has, weights = (batch.targets > 0).float(), batch.targets.abs()
        losses = binary_cross_entropy_with_logits(outputs.float(), has, weights, reduction="none")  # [batch, labels]
        return (losses.mean(dim=1) * batch.weights).sum()

    def fit(self, kind: Kind, found: Outputs) -> dict[str, Any]:
        """The temperature of the probabilities and a threshold for each label, where there are rows enough."""
        truth = indicators([example.target for example in found.examples], kind.space)
        logits = found.mean().astype("float64")
        fitted: dict[str, Any] = {}
        if len(truth) >= TEMPERATURE_ROWS:
            two_classes = np.stack([np.zeros(logits.size), logits.ravel()], axis=1)
            fitted["temperature"] = fit_temperature(two_classes, truth.ravel().astype(int))
        if truth.sum() >= _THRESHOLD_LABELS:
            thresholds = fit_thresholds(_probabilities(logits, fitted), truth)
            fitted["thresholds"] = dict(zip(kind.space, thresholds.tolist(), strict=True))
        return fitted

    def decode(self, kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Every label's probability by name, from logits [labels], and the labels that reach their thresholds."""
        probabilities = _probabilities(found.mean().astype("float64"), fitted)
        chosen = fitted.get("thresholds", {})
        given = probabilities >= np.array([chosen.get(label, DEFAULT) for label in kind.space])
        return [
            {
                "labels": [label for label, is_given in zip(kind.space, row, strict=True) if is_given],
                "probabilities": dict(zip(kind.space, values, strict=True)),
            }
            for row, values in zip(given.tolist(), probabilities.tolist(), strict=True)
        ]

    def _targets(self, kind: Kind, examples: Sequence[Example]) -> list[tuple[float, ...] | None]:
        has = indicators([example.target or () for example in examples], kind.space)
        signed = np.where(has > 0, *self._weights(has))
        known = (example.target is not None for example in examples)
        return [tuple(row) if is_known else None for row, is_known in zip(signed.tolist(), known, strict=True)]

    def _weights(self, has: Numbers) -> tuple[Numbers, Numbers]:
        """Of each label the weight of a row that has it and of one that has not, the latter negative, [labels] each."""
        having = has.sum(axis=0)
        lacking = len(has) - having
        if self.positive_weights == "none":
            return np.ones_like(having), -np.ones_like(lacking)
        sides = np.minimum(having, 1) + np.minimum(lacking, 1)
        rows = len(has) / np.maximum(sides, 1)
        return rows / np.maximum(having, 1), -rows / np.maximum(lacking, 1)


def _probabilities(logits: Numbers, fitted: Mapping[str, Any]) -> Numbers:
    from scipy.special import expit

    return np.asarray(expit(logits / fitted.get("temperature", 1.0)))
