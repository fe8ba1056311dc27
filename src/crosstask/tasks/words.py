"""Words and the text they stand in: a text's words with their places, or words joined into a text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from crosstask.errors import InputError
from crosstask.tasks.cells import is_null, is_scalar, sort_of, text_cell

Place = tuple[int, int]
"""Characters of a text, from the first to the one behind the last."""

IDEOGRAPHS = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Characters written without spaces, Chinese and kana, for a class of a regular expression."""
WIDE_MARKS = r"\u3001-\u301f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"
"""Punctuation of such texts."""
_MARKS = rf"!-/:-@\[-^`{{-~\u00a1\u00a7\u00ab\u00b6\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e{WIDE_MARKS}"
_LETTERS = rf"[^\s{_MARKS}{IDEOGRAPHS}]+"
_WORD = re.compile(rf"[{IDEOGRAPHS}]|{_LETTERS}(?:(?:[.'’-]|(?<=[0-9])[,:](?=[0-9])){_LETTERS})*|[{_MARKS}]")
_UNSPACED = re.compile(rf"[{IDEOGRAPHS}{WIDE_MARKS}]")


@dataclass(frozen=True)
class Words:
    """The words of a text, by their places in it, from left to right."""

    text: str
    places: tuple[Place, ...]

    @classmethod
    def of(cls, value: str | Sequence[str]) -> Self:
        """The words of a text, or the text that words make.

        A text is cut at white space and around punctuation, and Chinese into characters. Words are joined by a space,
        and by none between Chinese characters.

        >>> Words.of("They won 3-1 in 北京.").words
        ('They', 'won', '3-1', 'in', '北', '京', '.')
        >>> Words.of(("in", "北", "京", ".")).text
        'in 北京 .'
        """
        return cls._found(value) if isinstance(value, str) else cls._joined(value)

    @property
    def words(self) -> tuple[str, ...]:
        """The words themselves."""
        return tuple(self.text[start:end] for start, end in self.places)

    @classmethod
    def _found(cls, text: str) -> Self:
        return cls(text, tuple(match.span() for match in _WORD.finditer(text)))

    @classmethod
    def _joined(cls, words: Sequence[str]) -> Self:
        parts: list[str] = []
        places: list[Place] = []
        end = 0
        for place, word in enumerate(words):
            between = _between(words[place - 1], word) if place else ""
            places.append((end + len(between), end + len(between) + len(word)))
            parts += [between, word]
            end = places[-1][1]
        return cls("".join(parts), tuple(places))


def words_cell(value: Any, column: str, what: str = "word") -> tuple[str, ...]:
    """The words of a cell, a list of them or one text with spaces between them; Chinese needs no spaces.

    InputError with the field where it holds no words, or a word that is empty or no text.

    >>> words_cell("EU rejects", "tokens"), words_cell(["New York", 1], "tokens"), words_cell("北京", "tokens")
    (('EU', 'rejects'), ('New York', '1'), ('北', '京'))
    """
    if is_scalar(value):
        return _spaced(text_cell(value, column, f"list of {what}s"))
    words = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(words, Sequence) or isinstance(words, bytes):
        message = f"holds {sort_of(value)} where a list of {what}s is expected"
        raise InputError(message, field=column, mend=f"Give a list of {what}s, or a text with spaces between them.")
    if not words:
        raise InputError(f"holds no {what}s", field=column, mend="Fill it in or delete the row.")
    return tuple(_word(word, place, column, what) for place, word in enumerate(words, start=1))


def as_many(pairs: Sequence[tuple[Any, Any]]) -> bool:
    """Whether cells of two columns hold lists, or texts most of which have a tag for each of several words."""
    if not any(is_scalar(cell) for pair in pairs for cell in pair):
        return bool(pairs)
    lengths = [(len(words_of(left)), len(words_of(right))) for left, right in pairs]
    equal = [left for left, right in lengths if left == right > 0]
    return 2 * len(equal) >= len(pairs) and max(equal, default=0) > 1


def words_of(value: Any) -> tuple[str, ...]:
    """The words of a cell; none where it cannot be read."""
    try:
        return words_cell(value, "")
    except InputError:
        return ()


def _spaced(text: str) -> tuple[str, ...]:
    words = tuple(text.split())
    return Words.of(words[0]).words if len(words) == 1 and _UNSPACED.search(text) else words


def _word(value: Any, place: int, column: str, what: str) -> str:
    if is_null(value) or not is_scalar(value):
        found = "is empty" if is_null(value) else f"is {sort_of(value)}"
        raise InputError(f"{what} {place} {found}", field=column, mend=f"Give each {what} as a text.")
    return text_cell(value, column, what).strip()


def _between(left: str, right: str) -> str:
    return "" if _UNSPACED.match(left[-1]) and _UNSPACED.match(right[0]) else " "
