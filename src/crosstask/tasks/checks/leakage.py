"""Rows of one split that also stand in another: between the splits of a task, and between tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from crosstask.tasks.checks.keys import Key, by_key
from crosstask.tasks.checks.match import SHOWN, Match
from crosstask.tasks.checks.near import THRESHOLD, near_pairs
from crosstask.tasks.task import TEST, TRAIN, VALIDATION, Example, Task

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
class _Place:
    task: str
    split: str
    groups: Mapping[Key, list[Example]]

    @property
    def name(self) -> str:
        return f"{self.task}/{self.split}"


_Nearest = dict[Key, tuple[float, Key]]


def leakage(tasks: Sequence[Task], threshold: float = THRESHOLD) -> list[Leakage]:
    """One finding for every two splits of the tasks, from the one learned from to the one measured on.

    `threshold` is the least similarity of near repeats, over 0 and at most 1.
    """
    places = sorted(_places(tasks), key=lambda place: _rank(place.split))
    nearest = _nearest(places, threshold)
    pairs = combinations(range(len(places)), 2)
    return [_compare(places[source], places[target], nearest[source, target]) for source, target in pairs]


def _places(tasks: Sequence[Task]) -> Iterator[_Place]:
    for task in tasks:
        for name, split in task.splits.items():
            yield _Place(task.name, name, by_key(split.examples))


def _rank(split: str) -> int:
    return _LEARNED_FIRST.index(split) if split in _LEARNED_FIRST else len(_LEARNED_FIRST)


def _nearest(places: Sequence[_Place], threshold: float) -> Mapping[tuple[int, int], _Nearest]:
    """For two places (source, target): each key of the target with the source's key that is most similar to it."""
    homes: dict[Key, list[int]] = defaultdict(list)
    for at, place in enumerate(places):
        for key in place.groups:
            homes[key].append(at)
    keys = list(homes)
    nearest: dict[tuple[int, int], _Nearest] = defaultdict(dict)
    for one, other, similarity in near_pairs(keys, threshold):
        for source, target in ((keys[one], keys[other]), (keys[other], keys[one])):
            for link in product(homes[source], homes[target]):
                known = nearest[link].get(target)
                if known is None or known[0] < similarity:
                    nearest[link][target] = (similarity, source)
    return nearest


def _compare(source: _Place, target: _Place, nearest: _Nearest) -> Leakage:
    exact = [key for key in target.groups if key in source.groups]
    near = [key for key in nearest if key not in source.groups]
    matches = [Match.of(target.groups[key][0], source.groups[key][0]) for key in exact[:SHOWN]]
    for key in near[:SHOWN]:
        similarity, original = nearest[key]
        matches.append(Match.of(target.groups[key][0], source.groups[original][0], similarity))
    return Leakage(
        source=source.name,
        target=target.name,
        rows=_rows(target, target.groups),
        exact=_rows(target, exact),
        near=_rows(target, near),
        examples=tuple(matches),
    )


def _rows(place: _Place, keys: Sequence[Key] | Mapping[Key, Any]) -> int:
    return sum(len(place.groups[key]) for key in keys)
