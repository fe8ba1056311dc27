"""The cells of a column of scores: finite numbers, written as numbers or as texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from decimal import Decimal
from math import isfinite
from numbers import Real
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.cells import is_null
from crosstask.tasks.columns import LABELS, Columns

_NAMES = ("score", "similarity", "similarity_score", "relatedness", "relatedness_score", "rating", "points", "grade")
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+")
_MANY = 20  # distinct whole numbers that are hardly classes where the column's name says score
_NUMBERS = 0.9  # share of a column's cells; the others are then named as wrong


def score_column(columns: Columns, but: Collection[str | None] = ()) -> str | None:
    """The column of numbers that are no classes: numbers with fractions, or many under a name such as `score`.

    It bears a well-known name, or is the only one of fractions where nothing else could be a label.
    """
    fractions = [name for name in columns.names if name not in but and _are_scores(columns.values[name])]
    known = columns.first_known((*LABELS, *_NAMES), but)
    if known is not None:
        many = known.strip().lower() in _NAMES and _are_scores(columns.values[known], whole=True)
        return known if known in fractions or many else None
    return fractions[0] if len(fractions) == 1 and columns.label(but=[*but, *fractions]) is None else None


def score_cell(value: Any, column: str) -> float:
    """The number in a cell; InputError with the field for a null, a bool, a text that is no number, an infinity."""
    if is_null(value):
        raise InputError("the score is missing", field=column, mend="Fill it in or delete the row.")
    number = _number(value)
    if number is None:
        raise InputError(f"the score {value!r:.80} is no number", field=column, mend=_mend(value))
    if not isfinite(number):
        raise InputError(f"the score {number} is not finite", field=column, mend="Give a number or delete the row.")
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


def _are_scores(values: Sequence[Any], *, whole: bool = False) -> bool:
    """Whether nearly all values are numbers, some of them fractions, or with `whole` at least many distinct ones."""
    pointed = (value.replace(",", ".") if isinstance(value, str) else value for value in values)
    found = [number for number in map(_number, pointed) if number is not None and isfinite(number)]
    if not values or len(found) < _NUMBERS * len(values):
        return False
    return (
        len(set(found)) > _MANY if whole else len(set(found)) > 1 and any(not number.is_integer() for number in found)
    )
