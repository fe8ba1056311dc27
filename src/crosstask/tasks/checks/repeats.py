"""Repeats inside one split: duplicates, and conflicts (same input, other label)."""

from __future__ import annotations

from dataclasses import dataclass, field

from crosstask.tasks.checks.keys import by_key
from crosstask.tasks.checks.match import SHOWN, Match
from crosstask.tasks.task import Example, Split


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


def repeats(split: Split) -> Repeats:
    """Duplicates and conflicts of one split."""
    groups = [group for group in by_key(split.examples).values() if len(group) > 1]
    clashing = [group for group in groups if any(_differ(example, group[0]) for example in group)]
    return Repeats(
        duplicates=sum(len(group) - 1 for group in groups),
        conflicts=sum(map(len, clashing)),
        duplicate_rows=tuple(Match.of(group[1], group[0]) for group in groups[:SHOWN]),
        conflict_rows=tuple(map(_clash, clashing[:SHOWN])),
    )


def _clash(group: list[Example]) -> Match:
    return Match.of(next(example for example in group if _differ(example, group[0])), group[0])


def _differ(one: Example, other: Example) -> bool:
    return bool(one.target != other.target)
