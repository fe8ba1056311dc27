"""Rows of one split that also stand in another: between the splits of a task, and between tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np

from crosstask.tasks.checks.compared_splits import ComparedSplit, Held, Ints, distinct_keys, held, homes
from crosstask.tasks.checks.keys import key, key_number
from crosstask.tasks.checks.match import Match
from crosstask.tasks.checks.near import THRESHOLD, near_pairs
from crosstask.tasks.checks.repeats import picked
from crosstask.tasks.checks.shared import Shared
from crosstask.tasks.task import TEST, TRAIN, VALIDATION, Example, Split, Task

_LEARNED_FIRST = (TRAIN, VALIDATION, TEST)

_Link = tuple[int, int]
"""The numbers of two splits, source and target."""

_Rows = Sequence[tuple[int, int, float]]
"""Rows of a target, rows of a source, and how alike they are."""


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


def leakage(tasks: Sequence[Task], threshold: float = THRESHOLD) -> list[Leakage]:
    """One finding for every two splits of the tasks, from the one learned from to the one measured on.

    `threshold` is the least similarity of near repeats, over 0 and at most 1.
    """
    return leaks([_compared(task, *named) for task in tasks for named in task.splits.items()], threshold)


def leaks(splits: Sequence[ComparedSplit], threshold: float) -> list[Leakage]:
    """One finding for every two splits, from the one learned from to the one measured on."""
    if len(splits) < 2:
        return []
    holding = held(sorted(splits, key=lambda split: _rank(split.split_name)))
    links = combinations(range(len(holding)), 2)
    found = {(source, target): Shared(holding[source], holding[target]) for source, target in links}
    _add_near(found, holding, threshold)
    pairs = [(shared, shared.pairs()) for shared in found.values()]
    shown = _shown(pairs)
    return [_told(shared, rows, shown) for shared, rows in pairs]


def _compared(task: Task, name: str, split: Split) -> ComparedSplit:
    keys = (key_number(key(row)) for row in split.examples)
    return ComparedSplit(task, name, np.fromiter(keys, np.uint64, len(split)))


def _rank(split: str) -> int:
    return _LEARNED_FIRST.index(split) if split in _LEARNED_FIRST else len(_LEARNED_FIRST)


def _add_near(found: Mapping[_Link, Shared], holding: Sequence[Held], threshold: float) -> None:
    """Tell what any two splits share of the near rows that only one of them holds."""
    only = homes(holding)
    for one, other, similarity in near_pairs(distinct_keys(holding), threshold, only):
        for source, target in product(_homes(holding, one, only), _homes(holding, other, only)):
            if source < target:
                found[source, target].add(other, one, similarity)
            elif target < source:
                found[target, source].add(one, other, similarity)


def _homes(holding: Sequence[Held], number: int, only: Ints) -> list[int]:
    """The splits that hold an input."""
    home = int(only[number])
    return [home] if home >= 0 else [at for at, one in enumerate(holding) if one.holds(number)]


def _shown(found: Sequence[tuple[Shared, _Rows]]) -> Mapping[str, Mapping[int, Example]]:
    """The rows of all pairs by the name of their split, each split read once."""
    splits: dict[str, ComparedSplit] = {}
    wanted: dict[str, set[int]] = defaultdict(set)
    for shared, pairs in found:
        source, target = shared.source.split, shared.target.split
        splits |= {source.name: source, target.name: target}
        wanted[target.name].update(row for row, _, _ in pairs)
        wanted[source.name].update(row for _, row, _ in pairs)
    return {name: picked(splits[name].examples, rows) for name, rows in wanted.items()}


def _told(shared: Shared, pairs: _Rows, shown: Mapping[str, Mapping[int, Example]]) -> Leakage:
    source, target = shared.source.split, shared.target.split
    matches = (
        Match.of(target.task.kind, shown[target.name][row], source.task.kind, shown[source.name][other], similarity)
        for row, other, similarity in pairs
    )
    return Leakage(source.name, target.name, len(target.keys), shared.exact, shared.near, tuple(matches))
