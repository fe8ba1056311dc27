"""A task that a bundle has learned: what it can be asked, and how its outputs are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from crosstask.objectives import Objective, objective_for
from crosstask.serving.prediction import Prediction
from crosstask.tasks.description import from_description
from crosstask.tasks.kind import Scores
from crosstask.tasks.task import Example, Task

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class LearnedTask:
    """The task without its examples, the way it was learned, and the temperature of its probabilities."""

    task: Task
    objective: Objective
    temperature: float = 1.0

    @classmethod
    def of(cls, description: Mapping[str, Any]) -> Self:
        """The learned task that a bundle's `tasks/NAME.json` describes."""
        task = from_description(description["task"])
        objective = objective_for(task.kind, description["objective"])
        return cls(task, objective, description["temperature"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The label names, in the order of the probabilities' columns."""
        return self.task.kind.space

    def decode(self, logits: np.ndarray) -> list[Prediction]:
        """The predictions that the head's outputs [rows, labels] stand for."""
        records = self.objective.decode(self.task.kind, logits, self.temperature)
        return [Prediction(self.task.name, **record) for record in records]

    def score(self, predictions: Sequence[Prediction], examples: Sequence[Example], seed: int) -> Scores:
        """The kind's scores of predictions for labelled examples in the same order."""
        records = [{"label": found.label, "probabilities": found.probabilities} for found in predictions]
        return self.task.kind.score(records, examples, seed)
