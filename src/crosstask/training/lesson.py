"""A lesson: one task made ready for a model, as the loop and the inference read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from crosstask.errors import InputError
from crosstask.models.text_encoder import Encoding, TextEncoder
from crosstask.objectives import Batch, Features, Objective
from crosstask.tasks.task import Example, Task

_MANY_UNKNOWN = 0.1  # of the tokens: an odd sign here and there is no reason to worry


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
        """The lesson of one split of a task; errors of its rows name its file."""
        rows = task.split(split)
        try:
            return cls.of_examples(task, rows.examples, objective, text)
        except InputError as error:
            raise error.at(error.file or rows.file) from None

    @classmethod
    def of_examples(cls, task: Task, examples: Sequence[Example], objective: Objective, text: TextEncoder) -> Lesson:
        """The lesson of any examples of a task's kind."""
        return cls(task, objective, text, examples, objective.encode(task.kind, examples, text))

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens that training reads of each row, [rows]: all its sequences, each as long as the longest."""
        return np.array([row.sequences * row.sequence_length for row in self.features], dtype=np.int64)

    @cached_property
    def asked_lengths(self) -> np.ndarray:
        """Tokens that are read of each row where it is asked, [rows]."""
        return np.array([len(row.encoding.ids) for row in self.features], dtype=np.int64)

    @property
    def longest(self) -> int:
        """Tokens of the longest sequence that training reads."""
        return max(row.sequence_length for row in self.features)

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
        more = f"; the model can read {self.text.limit:,}" if self.text.max_length < self.text.limit else ""
        return None if told is None else f"{self.task.name}: {told}{more}"

    def unknown(self) -> str | None:
        """A sentence on the tokens that stand for what the vocabulary lacks; None where they are few."""
        unknown = unknown_tokens([row.encoding for row in self.features], self.text)
        told = unknown_sentence(unknown, int(self.asked_lengths.sum()))
        return None if told is None else f"{self.task.name}: {told}"


def unknown_tokens(encodings: Sequence[Encoding], text: TextEncoder) -> int:
    """How many of the tokens stand for what the vocabulary lacks."""
    return sum(encoding.ids.count(text.tokenizer.unk_token_id) for encoding in encodings)


def unknown_sentence(unknown: int, tokens: int) -> str | None:
    """A sentence on what the vocabulary lacks, so many of all tokens; None where they are few."""
    if unknown < _MANY_UNKNOWN * tokens or not unknown:
        return None
    told = f"{unknown / tokens:.0%} of the tokens are unknown to the model"
    return f"{told}: for other languages than English, try starter:multilingual"


def cut_sentence(cuts: Sequence[int], limit: int) -> str | None:
    """A sentence on the tokens that rows lost to a limit; None where none lost any."""
    lost = [tokens for tokens in cuts if tokens > 0]
    if not lost:
        return None
    share = len(lost) / len(cuts)
    losses = f"losing {np.mean(lost):.0f} tokens each on average ({max(lost)} at most)"
    return f"{share:.1%} of the rows are cut to {limit} tokens, {losses}"
