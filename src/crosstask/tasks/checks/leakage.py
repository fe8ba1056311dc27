"""Rows of one split that also stand in another: between the splits of a task, and between tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from crosstask.tasks.checks.keys import key, key_number
from crosstask.tasks.checks.match import SHOWN, Match
from crosstask.tasks.checks.near import THRESHOLD, near_pairs
from crosstask.tasks.checks.places import Held, Ints, Place, distinct_keys, held, homes
from crosstask.tasks.checks.repeats import picked
from crosstask.tasks.task import TEST, TRAIN, VALIDATION, Example, Split, Task

_LEARNED_FIRST = (TRAIN, VALIDATION, TEST)


@dataclass(frozen=True)
class Leakage:
    """What the split `target` shares with the split `source`, both named TASK/SPLIT.

    Of the `rows` of the target, `exact` repeat a row of the source and `near` others are only similar to one.
    """

    source: str
    target: str
    rows: int
    exact: int
    near: int
    examples: tuple[Match, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: from, to, rows, exact, near, examples."""
        examples = [match.to_json() for match in self.examples]
        counts = {"rows": self.rows, "exact": self.exact, "near": self.near}
        return {"from": self.source, "to": self.target, **counts, "examples": examples}


@dataclass(frozen=True)
class _Found:
    """What two places share; `pairs` are rows of the target, rows of the source, and how alike they are."""

    source: Held
    target: Held
    exact: int
    near: int
    pairs: Sequence[tuple[int, int, float]]


_Link = tuple[int, int]
"""The numbers of two places, source and target."""

_Nearest = dict[int, tuple[float, int]]
"""Inputs of a target, each with the input of a source that is most similar to it."""


def leakage(tasks: Sequence[Task], threshold: float = THRESHOLD) -> list[Leakage]:
    """One finding for every two splits of the tasks, from the one learned from to the one measured on.

    `threshold` is the least similarity of near repeats, over 0 and at most 1.
    """
    return leaks([_place(task, *named) for task in tasks for named in task.splits.items()], threshold)


def leaks(places: Sequence[Place], threshold: float) -> list[Leakage]:
    """One finding for every two places, from the one learned from to the one measured on."""
    if len(places) < 2:
        return []
    holding = held(sorted(places, key=lambda place: _rank(place.split)))
    nearest = _nearest(holding, threshold)
    links = combinations(range(len(holding)), 2)
    found = [_compared(holding[source], holding[target], nearest[source, target]) for source, target in links]
    shown = _shown(found)
    return [_told(one, shown) for one in found]


def _place(task: Task, name: str, split: Split) -> Place:
    return Place(task, name, np.fromiter((key_number(key(row)) for row in split.examples), np.uint64, len(split)))


def _rank(split: str) -> int:
    return _LEARNED_FIRST.index(split) if split in _LEARNED_FIRST else len(_LEARNED_FIRST)


def _nearest(holding: Sequence[Held], threshold: float) -> Mapping[_Link, _Nearest]:
    only = homes(holding)
    nearest: dict[_Link, _Nearest] = defaultdict(dict)
    for one, other, similarity in near_pairs(distinct_keys(holding), threshold, only):
        for source, target in ((one, other), (other, one)):
            for link in product(_homes(holding, source, only), _homes(holding, target, only)):
                known = nearest[link].get(target)
                if known is None or known[0] < similarity:
                    nearest[link][target] = (similarity, source)
    return nearest


def _homes(holding: Sequence[Held], number: int, only: Ints) -> list[int]:
    """The places that hold an input."""
    home = int(only[number])
    return [home] if home >= 0 else [at for at, one in enumerate(holding) if one.holds(number)]


def _compared(source: Held, target: Held, nearest: _Nearest) -> _Found:
    exact = target.inputs[np.isin(target.inputs, source.inputs)].tolist()
    near = [number for number in nearest if not source.holds(number)]
    pairs = [
        (target.first_of(number), source.first_of(number), 1.0) for number in sorted(exact, key=target.first_of)[:SHOWN]
    ]
    for number in near[:SHOWN]:
        similarity, original = nearest[number]
        pairs.append((target.first_of(number), source.first_of(original), similarity))
    return _Found(source, target, target.rows_of(exact), target.rows_of(near), pairs)


def _shown(found: Sequence[_Found]) -> Mapping[str, Mapping[int, Example]]:
    """The rows of all pairs by the name of their place, each place read once."""
    places = {one.place.name: one.place for pair in found for one in (pair.source, pair.target)}
    wanted: dict[str, set[int]] = defaultdict(set)
    for one in found:
        wanted[one.target.place.name].update(row for row, _, _ in one.pairs)
        wanted[one.source.place.name].update(row for _, row, _ in one.pairs)
    return {name: picked(places[name].examples, rows) for name, rows in wanted.items()}


def _told(found: _Found, shown: Mapping[str, Mapping[int, Example]]) -> Leakage:
    source, target = found.source.place, found.target.place
    matches = (
        Match.of(target.task.kind, shown[target.name][row], source.task.kind, shown[source.name][other], similarity)
        for row, other, similarity in found.pairs
    )
    return Leakage(source.name, target.name, len(target.keys), found.exact, found.near, tuple(matches))
