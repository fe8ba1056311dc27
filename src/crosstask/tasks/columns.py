"""The columns of a table and what they may be: found by well-known names first, then by what they hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from statistics import fmean
from typing import Any

from crosstask.tasks.cells import is_null, is_scalar, written
from crosstask.tasks.known_names import known_as
from crosstask.tasks.table import Record, Table

SAMPLED = 1000
"""Rows looked at, spread evenly over the table."""

HALF = 0.5
"""The share of its cells that have to agree with what a well-known name says of a column; the others are wrong."""
NEARLY_ALL = 0.8
"""The share of its cells that say what a column is whose name says nothing."""

PAIRS = (
    ("sentence1", "sentence2"),
    ("premise", "hypothesis"),
    ("question1", "question2"),
    ("question", "passage"),
    ("question", "sentence"),
    ("question", "context"),
    ("query", "passage"),
    ("query", "document"),
    ("text1", "text2"),
    ("text_a", "text_b"),
    ("text", "text_pair"),
)

TEXTS = (
    *("text", "sentence", "review", "review_text", "review_body", "content", "comment", "tweet", "message", "document"),
    *("body", "post", "utterance", "question", "query", "headline", "description", "title"),
)

LABELS = (
    *("label", "labels", "class", "category", "target", "sentiment", "intent", "topic", "emotion", "tag"),
    *("stars", "rating", "polarity", "gold_label", "label_text", "coarse_label", "score", "y"),
)


@dataclass(frozen=True)
class Columns:
    """Column names in order, some rows, and of each column the values of these that are not null."""

    names: tuple[str, ...]
    rows: Sequence[Record] = field(repr=False)
    values: Mapping[str, Sequence[Any]] = field(repr=False)
    file: str | None = None

    @classmethod
    def of(cls, table: Table) -> Columns:
        """The columns of a table, sampled over its whole length: files are often sorted by label."""
        rows = table.records[:: max(1, len(table.records) // SAMPLED)]
        sample = {name: [row[name] for row in rows if not is_null(row.get(name))] for name in table.columns}
        return cls(table.columns, rows, sample, table.file)

    def together(self, one: str, two: str) -> list[tuple[Any, Any]]:
        """The values of two columns in the rows that have both."""
        cells = ((row.get(one), row.get(two)) for row in self.rows)
        return [(left, right) for left, right in cells if not is_null(left) and not is_null(right)]

    def headed(self, texts: Collection[str]) -> bool:
        """Whether the names of text columns are no values, and one is well known or all are shorter than every text."""
        if any(name in self.values[name] for name in texts):
            return False
        known = {*TEXTS, *(word for pair in PAIRS for word in pair)}
        shorter = (len(name) < len(str(value)) for name in texts for value in self.values[name])
        return any(known_as(name) in known for name in texts) or all(shorter)

    def first_known(self, words: Iterable[str], but: Collection[str | None] = ()) -> str | None:
        """The column called by the first of the words that calls one, whatever its case, and in Chinese too."""
        by_word = {known_as(name): name for name in reversed(self.names) if name not in but}
        return next((by_word[word] for word in words if word in by_word), None)

    def text(self, but: Collection[str | None] = ()) -> str | None:
        """The one text column: by name, else the only one, else that with by far the longest; never one of numbers."""
        by_name = self.first_known(TEXTS, but)
        if by_name is not None:
            return by_name
        rest = [name for name in self.names if name not in but]
        if len(rest) == 1:
            return None if _all_numbers(self.values[rest[0]]) else rest[0]
        lengths = {name: _text_length(self.values[name]) for name in rest}
        longest, *others = sorted(lengths, key=lambda name: -lengths[name]) or [""]
        clear = lengths.get(longest, 0) > 3 * max((lengths[name] for name in others), default=0)
        return longest if clear else None

    def pair(self, but: Collection[str | None] = ()) -> tuple[str, str] | None:
        """The two text columns of a pair, by name only."""
        found = ((self.first_known([one], but), self.first_known([two], but)) for one, two in PAIRS)
        return next(((one, two) for one, two in found if one is not None and two is not None), None)

    def label(self, but: Collection[str | None] = ()) -> str | None:
        """The label column: by name, else the only one with few distinct short values; None where several could be."""
        left = [name for name in self.names if name not in but]
        possible = [name for name in left if agree(self.values[name], _is_class, HALF)]
        by_name = self.first_known(LABELS, set(self.names).difference(possible))
        candidates = [name for name in left if all(map(_is_class, self.values[name])) and _few(self.values[name])]
        return by_name or (candidates[0] if len(candidates) == 1 else None)


def agree(values: Sequence[Any], holds: Callable[[Any], bool], share: float) -> bool:
    """Whether at least this share of the values, of none too, is as it should be.

    >>> agree([1, 2, "high"], lambda value: isinstance(value, int), HALF)
    True
    """
    return sum(map(holds, values)) >= share * len(values)


def _text_length(values: Sequence[Any]) -> float:
    """The mean length of varied texts; 0 where they are no such."""
    texts = [value for value in values if isinstance(value, str)]
    if not texts or _all_numbers(values) or len(texts) < NEARLY_ALL * len(values):
        return 0.0
    varied = len(set(texts)) > len(texts) / 2
    length = fmean(len(value) for value in texts)
    return length if varied and length >= 8 else 0.0


def _is_class(value: Any) -> bool:
    """Whether a value is single, short, and no fraction: the name or the number of a class."""
    return is_scalar(value) and len(written(value)) <= 100 and not _is_fraction(value)


def _few(values: Sequence[Any]) -> bool:
    return 2 <= len({written(value) for value in values}) <= max(2, len(values) // 2)


def _all_numbers(values: Sequence[Any]) -> bool:
    """Whether all values are numbers, as ids and counts are."""
    return bool(values) and all(_number(value) is not None for value in values)


def _is_fraction(value: Any) -> bool:
    number = _number(value)
    return number is not None and isfinite(number) and not number.is_integer()


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None
