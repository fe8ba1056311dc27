"""One row that repeats another, as evidence a person can look up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crosstask.tasks.cells import on_one_line
from crosstask.tasks.kind import Kind
from crosstask.tasks.task import Example

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Match:
    """Row `row` repeats row `other` (of another split or task where the check compares two).

    `text` is the row's input, shortened; `target` and `other_target` are the two answers as people read them, shortened
    too, None where a row has none; `similarity` is 1 for an exact repeat, else the Jaccard similarity of the shingles.
    """

    row: int | None
    other: int | None
    text: str
    target: str | None
    other_target: str | None
    similarity: float = 1.0

    @classmethod
    def of(cls, kind: Kind, example: Example, other_kind: Kind, other: Example, similarity: float = 1.0) -> Match:
        """The match of `example` with the `other` it repeats, each with the kind that can write its target."""
        target, other_target = _written(kind, example), _written(other_kind, other)
        return cls(example.row, other.row, on_one_line(example.texts), target, other_target, round(similarity, 3))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON of every field."""
        return {name: getattr(self, name) for name in self.__slots__}


def _written(kind: Kind, example: Example) -> str | None:
    return None if example.target is None else on_one_line([kind.written(example.target)])
