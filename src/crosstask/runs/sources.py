"""What a verb reads of the disk, and so may not write."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path
from typing import Any

from crosstask.disk import exists
from crosstask.registry import parse_spec
from crosstask.shelf.folder import shelf_folder


def sources(model: str, *tasks: Any) -> list[Path]:
    """The shelf, the folder of the model, and the files of the tasks, as far as they are there.

    Of a folder of data only the files in it are read: below it there is room for a result.
    """
    files = [file for task in tasks if isinstance(task, str | PathLike) for file in _files(fspath(task))]
    return [path for path in (shelf_folder(), Path(model), *files) if exists(path)]


def _files(task: str) -> list[Path]:
    path = Path(task if exists(Path(task)) else parse_spec(task)[0])
    return [file for file in path.iterdir() if file.is_file()] if path.is_dir() else [path]
