"""One row that repeats another, as evidence a person can look up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crosstask.tasks.task import Example

SHOWN = 5
_TEXT = 120


@dataclass(frozen=True, slots=True)
class Match:
    """Row `row` repeats row `other` (of another split or task where the check compares two).

    `text` is the row's input, shortened; `target` and `other_target` are the two labels; `similarity` is 1 for
    an exact repeat, else the Jaccard similarity of the shingles.
    """

    row: int | None
    other: int | None
    text: str
    target: Any
    other_target: Any
    similarity: float = 1.0

    @classmethod
    def of(cls, example: Example, other: Example, similarity: float = 1.0) -> Match:
        """The match of `example` with the `other` it repeats."""
        return cls(example.row, other.row, shortened(example), example.target, other.target, round(similarity, 3))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON of every field."""
        return {name: getattr(self, name) for name in self.__slots__}


def shortened(example: Example, limit: int = _TEXT) -> str:
    """The inputs of an example on one line of at most `limit` characters."""
    return cut(" | ".join(" ".join(str(value).split()) for value in example.inputs.values()), limit)


def cut(text: str, limit: int) -> str:
    """The text, or as much of it as `limit` characters hold, ending with an ellipsis where some is left out.

    >>> cut("a long text", 6), cut("short", 6)
    ('a lon…', 'short')
    """
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
