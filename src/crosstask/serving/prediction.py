"""What a bundle says of one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Prediction:
    """The predicted label of one row and the probability of every label, in the order of the task's label space.

    `cut` counts the tokens that the row lost to the model's maximum length.
    """

    task: str
    label: str
    probabilities: Mapping[str, float]
    cut: int = 0

    @property
    def probability(self) -> float:
        """The probability of the predicted label."""
        return self.probabilities[self.label]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: task, label, probabilities, and `cut` where tokens were lost."""
        found = {"task": self.task, "label": self.label, "probabilities": dict(self.probabilities)}
        return {**found, "cut": self.cut} if self.cut else found

    def __str__(self) -> str:
        return f"{self.label} ({self.probability:.3f})"
