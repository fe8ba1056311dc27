"""The journal of a run: one JSON object a line, and the same rows in memory."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from crosstask.errors import OutputError
from crosstask.models.whole_folder import replace_file


class Journal:
    """Rows with a `step`. On disk when it has a file; a resumed run drops the rows after its checkpoint."""

    def __init__(self, file: Path | None, step: int = 0) -> None:
        self.file = file
        self.rows: list[dict[str, Any]] = [row for row in _read(file) if row["step"] <= step]
        if file is not None:
            replace_file(file, "".join(map(_line, self.rows)))

    def write(self, row: dict[str, Any]) -> None:
        """Append one row; OutputError where the file cannot be written."""
        self.rows.append(row)
        if self.file is None:
            return
        try:
            with self.file.open("a", encoding="utf-8") as stream:
                stream.write(_line(row))
        except OSError as error:
            raise OutputError(f"cannot be written: {error.strerror}", file=self.file, mend="Free the place.") from None


def _line(row: dict[str, Any]) -> str:
    return json.dumps(row) + "\n"


def _read(file: Path | None) -> list[dict[str, Any]]:
    """The rows on disk; a last line cut short by a kill is left out."""
    if file is None or not file.exists():
        return []
    lines = file.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in lines if line.endswith("}")]
