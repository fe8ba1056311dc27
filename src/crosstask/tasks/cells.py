"""What one cell of a table holds: nothing, a text or a label name."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from numbers import Integral, Real
from typing import Any


def is_null(value: Any) -> bool:
    """Whether a cell holds nothing: None, NaN or only white space.

    >>> is_null(" "), is_null(float("nan")), is_null(0)
    (True, True, False)
    """
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, Real) and isnan(value))


def is_scalar(value: Any) -> bool:
    """Whether a cell holds one value (a text, a number, a date) and no list, mapping or bytes."""
    return isinstance(value, str) or not isinstance(value, Iterable)


def written(value: Any) -> str:
    """A scalar as a person would write it: white space around it dropped, a whole float without its point.

    >>> written(1.0), written(" good "), written(True)
    ('1', 'good', 'True')
    """
    if isinstance(value, Real) and not isinstance(value, Integral) and float(value).is_integer():
        return str(int(float(value)))
    return str(value).strip()
