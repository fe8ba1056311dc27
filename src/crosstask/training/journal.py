"""The journal of a run: one JSON object a line, and the same rows in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crosstask.disk import sync
from crosstask.errors import OutputError
from crosstask.models.strict_json import finite, json_text
from crosstask.models.whole_folder import replace_file

Watch = Callable[[Mapping[str, Any]], None]
"""Told of every row as it is written."""


class Journal:
    """Rows with a `step`. On disk when it has a file; a resumed run drops the rows after its checkpoint."""

    def __init__(self, file: Path | None, step: int = 0, watch: Watch | None = None) -> None:
        self.file = file
        self.watch = watch
        self.rows: list[dict[str, Any]] = [row for row in _read(file) if row["step"] <= step]
        if file is not None:
            replace_file(file, "".join(map(_line, self.rows)))

    def write(self, row: dict[str, Any]) -> None:
        """Append one row, None for numbers that are not finite; OutputError where the file cannot be written."""
        row = finite(row)
        self.rows.append(row)
        if self.watch is not None:
            self.watch(row)
        if self.file is None:
            return
        try:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(_line(row))
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", file=self.file, mend="Free the place.") from None

    def sync(self) -> None:
        """Wait until every row is on the disk; a checkpoint is of no use without those before it."""
        if self.file is not None:
            sync(self.file)


def _line(row: dict[str, Any]) -> str:
    return json_text(row) + "\n"


def _read(file: Path | None) -> list[dict[str, Any]]:
    """The rows on disk; a last line cut short by a kill, and what a power cut left unreadable, is left out."""
    if file is None or not file.exists():
        return []
    rows = map(_row, file.read_text(encoding="utf-8", errors="replace").split("\n")[:-1])
    return [row for row in rows if row is not None]


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and "step" in row else None
