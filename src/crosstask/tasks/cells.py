"""What one cell of a table holds: nothing, a text or a label name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from numbers import Integral, Real
from typing import Any

from crosstask.errors import InputError


def is_null(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN or only white space.

    >>> is_null(" "), is_null(float("nan")), is_null(0)
    (True, True, False)
    """
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, Real) and not isinstance(value, Integral) and isnan(value))


def is_scalar(value: Any) -> bool:
    """Whether a cell holds one value (a text, a number, a date) and no list, mapping or bytes."""
    return isinstance(value, str) or not isinstance(value, Iterable)


def sort_of(value: Any) -> str:
    """What a value is, as people call it.

    >>> sort_of({"a": 1}), sort_of(3), sort_of([3]), sort_of(True)
    ('an object', 'a whole number', 'a list', 'true or false')
    """
    names = (
        (bool, "true or false"),
        (str, "a text"),
        (bytes, "bytes"),
        (Mapping, "an object"),
        (Integral, "a whole number"),
        (Real, "a number"),
        (Iterable, "a list"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), f"a {type(value).__name__}")


def written(value: Any) -> str:
    """A scalar as files write it: white space around it dropped, a whole float without its point, booleans as in JSON.

    >>> written(1.0), written(" good "), written(True)
    ('1', 'good', 'true')
    """
    if type(value).__name__ in ("bool", "bool_"):  # numpy's own are no instances of bool
        return str(value).lower()
    if isinstance(value, Real) and not isinstance(value, Integral) and float(value).is_integer():
        return str(int(float(value)))
    return str(value).strip()


def text_cell(value: Any, column: str, what: str = "text") -> str:
    """The text of a cell; InputError with the field where it is missing, is a list or holds half a character."""
    if is_null(value):
        raise InputError(f"the {what} is missing", field=column, mend="Fill it in or delete the row.")
    if not is_scalar(value):
        message = f"holds {sort_of(value)} where a {what} is expected"
        raise InputError(message, field=column, mend=f"Give one {what} a row.")
    text = value if isinstance(value, str) else written(value)
    if not text.isascii():
        _require_unicode(text, column)
    return text


def on_one_line(texts: Sequence[str], limit: int = 120) -> str:
    """Texts on one line of at most `limit` characters.

    >>> on_one_line(["a  film", "and more"]), on_one_line(["a long text"], limit=6)
    ('a film | and more', 'a lon…')
    """
    text = " | ".join(" ".join(text.split()) for text in texts)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _require_unicode(text: str, column: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"holds half a character (a lone surrogate at {error.start + 1})"
        raise InputError(message, field=column, mend="Correct the text.") from None
