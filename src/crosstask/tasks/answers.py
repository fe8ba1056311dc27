"""Answers that stand in a context: reading them from a cell, and how well a found one agrees with them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from string import punctuation
from typing import Any, NamedTuple
from unicodedata import normalize

from crosstask.errors import InputError
from crosstask.tasks.cells import is_null, is_scalar, sort_of, text_cell
from crosstask.tasks.list_cells import list_cell
from crosstask.tasks.nearest_part import nearest_part
from crosstask.tasks.words import IDEOGRAPHS, WIDE_MARKS
from crosstask.ui import counted

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_CHARACTER = re.compile(rf"[{IDEOGRAPHS}]")
_MARKS = re.compile(rf"[{re.escape(punctuation)}{WIDE_MARKS}]")
_FORMS = 'Give a text, a list of texts, or {"text": [...], "answer_start": [...]}.'


class Answer(NamedTuple):
    """An answer and the character of its context that it starts at."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """The character behind its last."""
        return self.start + len(self.text)


Pair = tuple[str, int | None]
"""A text and where it starts, None where that is not said."""


def answers_cell(value: Any, column: str, context: str) -> tuple[Answer, ...]:
    """The answers of a cell with their places in the context, each once; none where the cell is an empty list.

    The cell holds a text, a list of texts (as JSON too, where that stands in no context itself), SQuAD's mapping of
    `text` and `answer_start`, or a list of mappings; where no start is said, the answer's first occurrence is meant.
    InputError with the field where it is of another form, or an answer does not stand in the context.

    >>> answers_cell({"text": ["film"], "answer_start": [2]}, "answers", "a film")
    (Answer(text='film', start=2),)
    """
    if is_null(value):
        mend = "Fill it in; where the context holds no answer, write [] in JSON lines."
        raise InputError("the answer is missing", field=column, mend=mend)
    stands = isinstance(value, str) and value.strip() in context
    pairs = _pairs(value if stands else list_cell(value, column), column)
    return tuple(dict.fromkeys(_placed(text, start, context, column) for text, start in pairs))


def agreement(found: str, answers: Sequence[str]) -> tuple[float, float]:
    """Exact match and F1 of words, each with the answer it is best with; no answers are one empty one.

    Case, punctuation and English articles do not count; of Chinese each character is a word.
    Paper: Rajpurkar et al. 2016, "SQuAD: 100,000+ questions for machine comprehension of text".

    >>> agreement("the Taiping rebellion", ["Taiping Rebellion", "Taiping"])
    (1.0, 1.0)
    """
    told = _words(found)
    expected = [_words(answer) for answer in answers or [""]]
    return float(told in expected), max(_f1(told, words) for words in expected)


def _words(text: str) -> list[str]:
    bare = _ARTICLES.sub(" ", _MARKS.sub("", text.lower()))
    return _CHARACTER.sub(r" \g<0> ", bare).split()


def _f1(found: Sequence[str], expected: Sequence[str]) -> float:
    if not found or not expected:
        return float(found == expected)
    shared = sum((Counter(found) & Counter(expected)).values())
    return 2 * shared / (len(found) + len(expected))


def _pairs(value: Any, column: str) -> list[Pair]:
    plain = value.tolist() if hasattr(value, "tolist") else value
    if is_scalar(plain):
        return [(text_cell(plain, column, "answer"), None)]
    if isinstance(plain, Mapping):
        return _of_mapping(plain, column)
    match plain:
        case [str(text), int(start)]:
            return [(text, start)]
        case [*items]:
            return [pair for item in items for pair in _pairs(item, column)]
    raise InputError(f"holds {sort_of(plain)} where an answer is expected", field=column, mend=_FORMS)


def _of_mapping(value: Mapping[str, Any], column: str) -> list[Pair]:
    """The answers of `text` and `answer_start` (or `start`), one of each or as many of both."""
    texts, starts = _listed(value.get("text")), value.get("answer_start", value.get("start"))
    places = [None] * len(texts) if starts is None else _listed(starts)
    if len(texts) != len(places):
        message = f"holds {counted(len(texts), 'text')} and {counted(len(places), 'start')}"
        raise InputError(message if texts else "holds no text of an answer", field=column, mend=_FORMS)
    wrong = next((start for start in places if not isinstance(start, int | None)), None)
    if wrong is not None:
        mend = "Give the number of the character that the answer starts at, from 0, or leave it out."
        raise InputError(f"the start {wrong!r:.40} is no whole number", field=column, mend=mend)
    return [(text_cell(text, column, "answer"), start) for text, start in zip(texts, places, strict=True)]


def _listed(value: Any) -> list[Any]:
    plain = value.tolist() if hasattr(value, "tolist") else value
    return [plain] if is_scalar(plain) or isinstance(plain, Mapping) else list(plain)


def _placed(text: str, start: int | None, context: str, column: str) -> Answer:
    """The answer without white space around it, at its start or at its first occurrence."""
    bare = text.strip()
    first = context.find(bare)
    if first < 0:
        raise InputError(f"the answer '{bare:.80}' is not in its context", field=column, mend=_nearby(bare, context))
    if start is None:
        return Answer(bare, first)
    at = start + len(text) - len(text.lstrip())
    if at < 0 or not context.startswith(bare, at):
        message = f"the answer '{bare:.80}' does not start at character {start} of its context"
        raise InputError(message, field=column, mend=f"Correct or leave out the start: it is first found at {first}.")
    return Answer(bare, at)


def _nearby(text: str, context: str) -> str:
    """The mend for an answer that is not in its context: the part of the context that was meant, if there is one."""
    part = nearest_part(text, context)
    if part is None:
        return "Copy it from the context or delete the row."
    if normalize("NFC", part) == normalize("NFC", text):
        return "Copy it from the context, where the same characters are composed otherwise."
    return f"Did you mean '{part:.80}', as the context has it? Else delete the row."
