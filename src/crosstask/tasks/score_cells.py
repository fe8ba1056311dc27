"""The cells of a column of scores: finite numbers, written as numbers or as texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from math import inf, isfinite
from numbers import Real
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.cells import is_null
from crosstask.tasks.columns import HALF, LABELS, NEARLY_ALL, Columns, agree
from crosstask.tasks.known_names import known_as

_NAMES = ("score", "similarity", "similarity_score", "relatedness", "relatedness_score", "rating", "points", "grade")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_LARGEST = 1e30  # its square, and the square's, are numbers too; training holds numbers up to 3e38
_MANY = 20  # distinct whole numbers that are hardly classes where the column's name says score


def score_column(columns: Columns, but: Collection[str | None] = ()) -> str | None:
    """The column of numbers that are no classes: numbers with fractions, or many under a name such as `score`.

    It bears a well-known name, or is the only one of fractions where nothing else could be a label.
    """
    known = columns.first_known((*LABELS, *_NAMES), but)
    if known is not None:
        return known if _are_scores(columns.values[known], known) else None
    fractions = [name for name in columns.names if name not in but and _are_fractions(columns.values[name], NEARLY_ALL)]
    return fractions[0] if len(fractions) == 1 and columns.label(but=[*but, *fractions]) is None else None


def score_cell(value: Any, column: str) -> float:
    """The number in a cell; InputError with the field for a null, a bool, a text that is no number, one too large."""
    if is_null(value):
        raise InputError("the score is missing", field=column, mend="Fill it in or delete the row.")
    number = _number(value)
    if number is None:
        raise InputError(f"the score {value!r:.80} is no number", field=column, mend=_mend(value))
    if not isfinite(number):
        message = f"the score {str(value).strip():.80} is not finite"
        raise InputError(message, field=column, mend="Give a number or delete the row.")
    if abs(number) > _LARGEST:
        message = f"the score {str(value).strip():.80} is larger than {_LARGEST:g}"
        raise InputError(message, field=column, mend="Give it in a larger unit, or delete the row.")
    return number


def _mend(value: Any) -> str:
    if isinstance(value, str) and _DECIMAL_COMMA.fullmatch(value.strip()):
        return f"Write it with a decimal point: {value.strip().replace(',', '.')}."
    return "Give one number, such as 3.5."


def _number(value: Any) -> float | None:
    """The number that a cell is or writes; None for anything else, bools included."""
    if isinstance(value, bool) or not isinstance(value, str | Real | Decimal):
        return None
    try:
        return None if isinstance(value, str) and "_" in value else float(value)
    except ValueError:
        return None
    except OverflowError:  # a whole number of more than 300 digits
        return inf


def _are_scores(values: Sequence[Any], name: str) -> bool:
    """Whether the values under a well-known name are no classes.

    A name such as `score` needs one fraction or many whole numbers among the values; any other two numbers, one of them
    a fraction. The cells that are no numbers are then wrong, unless most are.
    """
    if known_as(name) not in _NAMES:
        return _are_fractions(values, HALF)
    found = _numbers(values)
    classes = found and len(found) <= _MANY and all(map(float.is_integer, found))
    return agree(values, _is_number, HALF) and not classes


def _are_fractions(values: Sequence[Any], share: float) -> bool:
    """Whether this share of the values at least are numbers, of two of which one is a fraction."""
    found = _numbers(values)
    return agree(values, _is_number, share) and len(found) > 1 and not all(map(float.is_integer, found))


def _is_number(value: Any) -> bool:
    return bool(_numbers([value]))


def _numbers(values: Sequence[Any]) -> set[float]:
    """The distinct finite numbers among values; a decimal comma is taken for a point."""
    pointed = (value.replace(",", ".") if isinstance(value, str) else value for value in values)
    return {number for number in map(_number, pointed) if number is not None and isfinite(number)}
