"""What a bundle says of one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Prediction:
    """The predicted label of one row and the probability of every label, in the order of the task's label space.

    `row` is the row's number among those given, counted from 1; `cut` counts the tokens that it lost to the model's
    maximum length.
    """

    task: str
    label: str
    probabilities: Mapping[str, float]
    row: int | None = None
    cut: int = 0

    @property
    def probability(self) -> float:
        """The probability of the predicted label."""
        return self.probabilities[self.label]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: row, task, label, probabilities, and `cut` where tokens were lost."""
        found = {"row": self.row, "task": self.task, "label": self.label, "probabilities": dict(self.probabilities)}
        return {**found, "cut": self.cut} if self.cut else found

    def __str__(self) -> str:
        return f"{self.label} ({self.probability:.3f})"
