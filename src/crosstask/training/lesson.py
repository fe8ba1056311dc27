"""A lesson: one task made ready for a model, as the loop and the inference read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crosstask.models.text_encoder import TextEncoder
from crosstask.objectives import Batch, Features, Objective
from crosstask.tasks.task import Example, Task


@dataclass(frozen=True)
class Lesson:
    """Examples of a task as features, with the objective that made them."""

    task: Task
    objective: Objective
    text: TextEncoder
    examples: Sequence[Example]
    features: Sequence[Features]

    @classmethod
    def of(cls, task: Task, split: str, objective: Objective, text: TextEncoder) -> Lesson:
        """The lesson of one split of a task."""
        return cls.of_examples(task, task.split(split).examples, objective, text)

    @classmethod
    def of_examples(cls, task: Task, examples: Sequence[Example], objective: Objective, text: TextEncoder) -> Lesson:
        """The lesson of any examples of a task's kind."""
        return cls(task, objective, text, examples, objective.encode(task.kind, examples, text))

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of each row after truncation, [rows]."""
        return np.array([len(row.encoding.ids) for row in self.features], dtype=np.int64)

    @cached_property
    def token_ids(self) -> np.ndarray:
        """The distinct token ids the rows use, sorted."""
        return np.unique(np.concatenate([np.asarray(row.encoding.ids) for row in self.features]))

    def batch(self, rows: Sequence[int] | np.ndarray) -> Batch:
        """The rows of these numbers, padded together."""
        return self.objective.batch([self.features[row] for row in rows], self.text)

    def truncation(self) -> str | None:
        """A sentence on what was cut to the maximum length; None where nothing was."""
        lost = [row.encoding.length - len(row.encoding.ids) for row in self.features]
        cut = [tokens for tokens in lost if tokens > 0]
        if not cut:
            return None
        share = len(cut) / len(lost)
        return (
            f"{self.task.name}: {share:.1%} of the rows are cut to {self.text.max_length} tokens, "
            f"losing {np.mean(cut):.0f} tokens each on average ({max(cut)} at most)"
        )
