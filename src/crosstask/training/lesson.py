"""A lesson: one task made ready for a model, as the loop and the inference read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crosstask.errors import InputError
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
        """The lesson of one split of a task; InputError where a row cannot be read by the model."""
        rows = task.split(split)
        try:
            return cls.of_examples(task, rows.examples, objective, text)
        except InputError as error:
            error.file = error.file or rows.file
            raise

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

    @property
    def cuts(self) -> list[int]:
        """Tokens that each row lost to the maximum length; windows lose none."""
        lost = [0] * len(self.examples)
        for features in self.features:
            lost[features.row] = features.encoding.length - len(features.encoding.ids)
        return lost

    def truncation(self) -> str | None:
        """A sentence on what was cut to the maximum length; None where nothing was."""
        told = cut_sentence(self.cuts, self.text.max_length)
        return None if told is None else f"{self.task.name}: {told}"


def cut_sentence(cuts: Sequence[int], limit: int) -> str | None:
    """A sentence on the tokens that rows lost to a limit; None where none lost any."""
    lost = [tokens for tokens in cuts if tokens > 0]
    if not lost:
        return None
    share = len(lost) / len(cuts)
    losses = f"losing {np.mean(lost):.0f} tokens each on average ({max(lost)} at most)"
    return f"{share:.1%} of the rows are cut to {limit} tokens, {losses}"
