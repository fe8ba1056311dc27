"""A task that a bundle has learned: what it can be asked, and how its outputs are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from crosstask.objectives import Objective, Outputs, objective_for
from crosstask.serving.prediction import Prediction
from crosstask.tasks.description import from_description
from crosstask.tasks.kind import Miss, Scores
from crosstask.tasks.task import Example, Task


@dataclass(frozen=True)
class LearnedTask:
    """The task without its examples, the way it was learned, and what was fitted after training."""

    task: Task
    objective: Objective
    fitted: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, description: Mapping[str, Any]) -> Self:
        """The learned task that a bundle's `tasks/NAME.json` describes."""
        task = from_description(description["task"])
        objective = objective_for(task.kind, description["objective"])
        return cls(task, objective, description["fitted"])

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of the label space in order; none where answers are no names."""
        return self.task.kind.space

    def decode(self, found: Outputs, cuts: Sequence[int]) -> list[Prediction]:
        """The predictions that a model's outputs stand for; `cuts` are the tokens that each row lost."""
        name, kind = self.task.name, self.task.kind
        answers = zip(self.objective.decode(kind, found, self.fitted), found.examples, cuts, strict=True)
        return [Prediction(name, record, kind, example.row, cut) for record, example, cut in answers]

    def score(self, predictions: Sequence[Prediction], examples: Sequence[Example], seed: int) -> Scores:
        """The kind's scores of predictions for labelled examples in the same order."""
        return self.task.kind.score([found.record for found in predictions], examples, seed)

    def misses(self, predictions: Sequence[Prediction], examples: Sequence[Example]) -> tuple[Miss, ...]:
        """The rows that were answered wrongly, the worst first."""
        return self.task.kind.misses([found.record for found in predictions], examples)
