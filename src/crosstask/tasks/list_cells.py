"""Cells that hold lists: lists themselves, arrays, and in files whose cells are all texts, the JSON of a list."""

from __future__ import annotations

import json
import re
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.cells import is_scalar

_QUOTED = r"""['"].*['"]\s*"""
_BARE = r"[^\s,\[\]]+(?:,\s*[^\s,\[\]]+)+"
_OTHERWISE_WRITTEN = re.compile(rf"\s*\[\s*(?:{_QUOTED}|{_BARE})\]\s*", re.DOTALL)


def list_cell(value: Any, column: str) -> Any:
    """A cell, its list where it is an array or the JSON of a list; InputError where a text writes one otherwise.

    >>> list_cell('["Ann", "sings"]', "tokens"), list_cell("Ann sings", "tokens")
    (['Ann', 'sings'], 'Ann sings')
    """
    found = as_list(value)
    if isinstance(found, str) and _OTHERWISE_WRITTEN.fullmatch(found):
        mend = 'Write it as JSON, ["a", "b"], or give JSON lines; pandas writes them with to_json(lines=True).'
        raise InputError("holds a list written as a text", field=column, mend=mend)
    return found


def as_list(value: Any) -> Any:
    """A cell, its list where it is an array or the JSON of a list."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if not isinstance(value, str) or not value.lstrip().startswith("["):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def is_list(value: Any) -> bool:
    """Whether a cell holds no single value, or writes a list, right or wrong.

    >>> is_list('["Ann"]'), is_list("['Ann' 'sings']"), is_list("[ laughter ]")
    (True, True, False)
    """
    found = as_list(value)
    return bool(_OTHERWISE_WRITTEN.fullmatch(found)) if isinstance(found, str) else not is_scalar(found)
