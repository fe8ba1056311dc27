"""Splits that are compared with one another, and which inputs each of them holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Self

import numpy as np
from numpy.typing import NDArray

from crosstask.tasks.checks.keys import Key, key
from crosstask.tasks.checks.repeats import first_places
from crosstask.tasks.checks.tally import Numbers
from crosstask.tasks.task import Example, Task

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class ComparedSplit:
    """One split of one task, and the keys of its rows: [rows]."""

    task: Task
    split_name: str
    keys: Numbers

    @property
    def name(self) -> str:
        """TASK/SPLIT."""
        return f"{self.task.name}/{self.split_name}"

    @property
    def examples(self) -> Sequence[Example]:
        """Its rows."""
        return self.task.splits[self.split_name].examples


@dataclass(frozen=True)
class Held:
    """The distinct inputs of a split, by number and in order: each with its first row and its count of rows."""

    split: ComparedSplit
    inputs: Ints
    first: Ints
    rows: Ints

    @classmethod
    def of(cls, split: ComparedSplit, numbers: Ints) -> Self:
        """What a split holds whose rows have inputs of these numbers: [rows]."""
        return cls(split, *np.unique(numbers, return_index=True, return_counts=True))

    def holds(self, number: int) -> bool:
        """Whether an input is among its own."""
        at = np.searchsorted(self.inputs, number)
        return bool(at < len(self.inputs) and self.inputs[at] == number)

    def first_of(self, number: int) -> int:
        """The first row of an input that it holds."""
        return int(self.first[np.searchsorted(self.inputs, number)])


def held(splits: Sequence[ComparedSplit]) -> list[Held]:
    """What each split holds; inputs are numbered in the order in which they first stand in any of the splits."""
    first = first_places(np.concatenate([split.keys for split in splits]))
    numbers = (np.cumsum(first == np.arange(len(first))) - 1)[first]
    ends = np.cumsum([len(split.keys) for split in splits])
    return [Held.of(split, part) for split, part in zip(splits, np.split(numbers, ends[:-1]), strict=True)]


def homes(holding: Sequence[Held]) -> Ints:
    """Of each input, by number, the split that holds it, -1 where several do."""
    found = np.full(1 + max(int(one.inputs[-1]) for one in holding), len(holding))
    for at, one in enumerate(holding):
        found[one.inputs] = np.where(found[one.inputs] == len(holding), at, -1)
    return found


def distinct_keys(holding: Sequence[Held]) -> Iterator[Key]:
    """The keys of all inputs in the order of their numbers, read from the rows anew."""
    known = -1
    for one in holding:
        fresh = np.zeros(len(one.split.keys), dtype=bool)
        fresh[one.first[one.inputs > known]] = True
        yield from map(key, compress(one.split.examples, fresh))
        known = max(known, int(one.inputs[-1]))
