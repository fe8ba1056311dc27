"""JSON as its standard has it: no Infinity, no NaN."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def finite(value: Any) -> Any:
    """Plain values with None for every number that is not finite.

    >>> finite({"loss": 0.5, "norms": [float("inf"), 1]})
    {'loss': 0.5, 'norms': [None, 1]}
    """
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def json_text(value: Any, indent: int | None = None) -> str:
    """The JSON text of plain values; a number that is not finite becomes null."""
    return json.dumps(finite(value), indent=indent, ensure_ascii=False, allow_nan=False)
