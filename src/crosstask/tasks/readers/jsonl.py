"""JSON lines: one object a line, its keys the columns."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.bounded import read_lines
from crosstask.tasks.reader import Reader
from crosstask.tasks.reread import Reread
from crosstask.tasks.table import Record, Table, require_distinct


class Jsonl(Reader):
    """Objects with the same or some of the same keys; empty lines are passed over."""

    def read(self, path: Path) -> Table:
        """The objects; a key that one lacks is a null there."""
        columns: dict[str, None] = {}
        rows = 0
        for record in _records(path):
            columns.update(dict.fromkeys(record))
            rows += 1
        return Table(tuple(columns), Reread(partial(_records, path), rows), str(path))


def _records(path: Path) -> Iterator[Record]:
    rows = 0
    try:
        for line in read_lines(path):
            if line.strip():
                yield require_object(parse(line))
                rows += 1
    except InputError as error:
        raise error.at(path, rows + 1) from None


def parse(text: str) -> Any:
    """JSON from outside as plain values; keys that occur twice in one object are refused."""
    try:
        return json.loads(text, object_pairs_hook=_distinct)
    except RecursionError:
        raise InputError("is JSON nested too deeply", mend="Give flat objects.") from None
    except json.JSONDecodeError as error:
        raise InputError(f"is no valid JSON ({error.msg})", mend="Correct or delete the row.") from None
    except ValueError:
        message = f"holds a number of more than {sys.get_int_max_str_digits():,} digits"
        raise InputError(message, mend="Correct it, write it as a text, or delete the row.") from None


def require_object(value: Any) -> Record:
    """The value where it is a JSON object; an InputError where it is none."""
    if not isinstance(value, dict):
        raise InputError("is JSON but no object", mend='Write each row as {"column": value, ...}.')
    return value


def _distinct(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        require_distinct([key for key, _ in pairs], None)
    return found
