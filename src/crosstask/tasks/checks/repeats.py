"""Repeats inside one split: duplicates, and conflicts (same input, other target)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from crosstask.tasks.checks.match import SHOWN, Match
from crosstask.tasks.checks.tally import Numbers, Tally
from crosstask.tasks.kind import Kind
from crosstask.tasks.task import Example

Places = NDArray[np.int64]
"""Which rows of a split, counted from 0."""


@dataclass(frozen=True)
class Repeats:
    """Rows of a split whose input stands in it more than once.

    `duplicates` counts the rows that repeat an earlier one; `conflicts` counts all rows whose input also stands
    there with another target. A few of each follow as matches.
    """

    duplicates: int
    conflicts: int
    duplicate_rows: tuple[Match, ...] = field(default=(), repr=False)
    conflict_rows: tuple[Match, ...] = field(default=(), repr=False)


def repeats(examples: Sequence[Example], tallied: Tally, kind: Kind) -> Repeats:
    """Duplicates and conflicts of the examples of one split."""
    first = first_places(tallied.keys)
    again = np.flatnonzero(first != np.arange(len(first)))
    clash = np.flatnonzero(tallied.targets != tallied.targets[first])
    conflicts = np.isin(first, first[clash])
    pairs = [_of_each_group(first, places) for places in (again, clash)]
    shown = picked(examples, {place for found in pairs for pair in found for place in pair})
    duplicate_rows, conflict_rows = (
        tuple(Match.of(kind, shown[row], kind, shown[other]) for row, other in found) for found in pairs
    )
    return Repeats(len(again), int(conflicts.sum()), duplicate_rows, conflict_rows)


def first_places(keys: Numbers) -> Places:
    """Of each row, the first row with its key: [rows]."""
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=~keys[order[:1]]))
    first = np.empty(len(keys), dtype=np.int64)
    first[order] = np.repeat(order[starts], np.diff(starts, append=len(keys)))
    return first


def picked(examples: Iterable[Example], places: set[int]) -> Mapping[int, Example]:
    """The examples at some places, found in one pass that ends at the last of them."""
    last = max(places, default=-1)
    found = zip(range(last + 1), examples, strict=False)
    return {place: example for place, example in found if place in places}


def _of_each_group(first: Places, places: Places) -> list[tuple[int, int]]:
    """For the first groups of equal keys: the first row among `places`, and the first of all."""
    firsts, at = np.unique(first[places], return_index=True)
    return list(zip(places[at[:SHOWN]].tolist(), firsts[:SHOWN].tolist(), strict=True))
