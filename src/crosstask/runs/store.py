"""The store of trials: what was computed once is not computed again."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crosstask.models.strict_json import finite, json_text
from crosstask.models.whole_folder import replace_file


@dataclass(frozen=True)
class Store:
    """Plain JSON objects by content key, one file each in `folder`."""

    folder: Path

    def get(self, key: str, compute: Callable[[], dict[str, Any]], beside: Path | None = None) -> dict[str, Any]:
        """The value under `key`, computed and kept where it is not there yet; OutputError where it cannot be kept.

        `beside` is what `compute` leaves on the disk beside its value: where that has gone, it is computed again.
        """
        file = self.folder / f"{key}.json"
        found = _read(file) if beside is None or beside.exists() else None
        if found is None:
            found = finite(compute())
            replace_file(file, json_text(found))
        return found


def _read(file: Path) -> dict[str, Any] | None:
    """What `file` holds, None where it is not there or damaged."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
