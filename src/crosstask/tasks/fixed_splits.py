"""Splits that stay the same: which row is in which follows from a hash of its words alone."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import TypeVar

from crosstask.tasks.task import TEST, TRAIN, VALIDATION, Example, Split

R = TypeVar("R")


def words_of(text: str) -> str:
    """The words of a text, case folded: equal for copies.

    >>> words_of("Best film EVER!!"), words_of("很好，推荐。")
    ('best film ever', '很好 推荐')
    """
    return " ".join(re.findall(r"\w+", text.casefold()))


def without_copies(rows: Iterable[R], words: Callable[[R], str], label: Callable[[R], str]) -> dict[str, R]:
    """One row, the first, for each sequence of words on whose label all its copies agree; none without words."""
    copies: dict[str, list[R]] = {}
    for row in rows:
        copies.setdefault(words(row), []).append(row)
    copies.pop("", None)
    return {key: same[0] for key, same in copies.items() if len({label(row) for row in same}) == 1}


def in_fixed_order(rows: Mapping[str, R]) -> list[R]:
    """The rows, given by their words, in an order that says nothing."""
    return [rows[words] for words in sorted(rows, key=lambda words: hashlib.sha256(words.encode()).digest())]


def divided(rows: Iterable[R], stratum: Callable[[R], Hashable], test: int, validation: int) -> Iterator[tuple[str, R]]:
    """Each row with its split: of each stratum the first `test` rows, the next `validation`, and the rest to train."""
    seen: Counter[Hashable] = Counter()
    for row in rows:
        place = seen[stratum(row)]
        seen[stratum(row)] += 1
        yield TEST if place < test else VALIDATION if place < test + validation else TRAIN, row


def gathered(examples: Iterable[tuple[str, Example]], file: str) -> dict[str, Split]:
    """The splits of examples that come each with its split, in the order in which they come."""
    splits: dict[str, list[Example]] = {TRAIN: [], VALIDATION: [], TEST: []}
    for split, example in examples:
        splits[split].append(example)
    return {split: Split(rows, file) for split, rows in splits.items()}
