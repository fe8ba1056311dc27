"""Words and the text they stand in: a text's words with their places, or words joined into a text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

from crosstask.errors import InputError
from crosstask.tasks.cells import is_null, is_scalar, sort_of, text_cell
from crosstask.tasks.list_cells import as_list, is_list, list_cell

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


def words_cell(value: Any, column: str) -> tuple[str, ...]:
    """The words of a cell, a list of them or one text with spaces between them; Chinese needs no spaces.

    InputError with the field where it holds no words, or a word that is empty or no text.

    >>> words_cell("EU rejects", "tokens"), words_cell(["New York", 1], "tokens"), words_cell("北京", "tokens")
    (('EU', 'rejects'), ('New York', '1'), ('北', '京'))
    """
    words = _cell(value, column, "word")
    return Words.of(words[0]).words if is_unspaced(value) else words


def tags_cell(value: Any, column: str) -> tuple[str, ...]:
    """The tags of a cell, a list of them or one text with spaces between them, in Chinese too; errors as of words.

    >>> tags_cell("B-ORG O", "tags"), tags_cell('["O", "O"]', "tags"), tags_cell("名词", "tags")
    (('B-ORG', 'O'), ('O', 'O'), ('名词',))
    """
    return _cell(value, column, "tag")


def is_unspaced(value: Any) -> bool:
    """Whether a cell is one text without spaces that is taken by characters.

    >>> is_unspaced("北京"), is_unspaced("我 爱 北京"), is_unspaced(["北京"])
    (True, False, False)
    """
    return isinstance(as_list(value), str) and len(value.split()) == 1 and bool(_UNSPACED.search(value))


def as_many(pairs: Sequence[tuple[Any, Any]]) -> bool:
    """Whether cells of words and of tags hold lists, or texts most of which have a tag for each of several words."""
    if all(is_list(cell) for pair in pairs for cell in pair):
        return bool(pairs)
    lengths = [(len(_readable(words_cell, words)), len(tags_of(tags))) for words, tags in pairs]
    equal = [left for left, right in lengths if left == right > 0]
    return 2 * len(equal) >= len(pairs) and max(equal, default=0) > 1


def tags_of(value: Any) -> tuple[str, ...]:
    """The tags of a cell; none where it cannot be read."""
    return _readable(tags_cell, value)


def _readable(read: Callable[[Any, str], tuple[str, ...]], value: Any) -> tuple[str, ...]:
    try:
        return read(value, "")
    except InputError:
        return ()


def _cell(value: Any, column: str, what: str) -> tuple[str, ...]:
    """The words or tags of a cell, a text split at its spaces."""
    parts = list_cell(value, column)
    if is_scalar(parts):
        return tuple(text_cell(parts, column, f"list of {what}s").split())
    if not isinstance(parts, Sequence) or isinstance(parts, bytes):
        message = f"holds {sort_of(value)} where a list of {what}s is expected"
        raise InputError(message, field=column, mend=f"Give a list of {what}s, or a text with spaces between them.")
    if not parts:
        raise InputError(f"holds no {what}s", field=column, mend="Fill it in or delete the row.")
    return tuple(_word(part, place, column, what) for place, part in enumerate(parts, start=1))


def _word(value: Any, place: int, column: str, what: str) -> str:
    if is_null(value) or not is_scalar(value):
        found = "is empty" if is_null(value) else f"is {sort_of(value)}"
        raise InputError(f"{what} {place} {found}", field=column, mend=f"Give each {what} as a text.")
    return text_cell(value, column, what).strip()


def _between(left: str, right: str) -> str:
    return "" if _UNSPACED.match(left[-1]) and _UNSPACED.match(right[0]) else " "
