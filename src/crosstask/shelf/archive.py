"""The files of an item inside its archive, taken out and checked."""

from __future__ import annotations

import shutil
import zipfile
import zlib
from pathlib import Path

from crosstask.errors import ShelfError
from crosstask.shelf.folder import sha256
from crosstask.shelf.item import ShelfItem


def unpack(item: ShelfItem, archive: Path, folder: Path) -> None:
    """Put the item's files from `archive` into `folder` by their base names; ShelfError where one is not as pinned."""
    try:
        with zipfile.ZipFile(archive) as members:
            for name, digest in item.files.items():
                file = folder / Path(name).name
                with members.open(name) as content, file.open("wb") as copy:
                    shutil.copyfileobj(content, copy, 1 << 20)
                if sha256(file) != digest:
                    raise _damaged(item, archive, f"{name} in it has another sha256 than pinned")
    except KeyError:
        raise _damaged(item, archive, "a file that should be in it is missing") from None
    except (zipfile.BadZipFile, zlib.error, EOFError):
        raise _damaged(item, archive, "it cannot be unpacked") from None


def _damaged(item: ShelfItem, archive: Path, what: str) -> ShelfError:
    return ShelfError(
        f"the archive {archive.name} of {item.name} is damaged: {what}",
        mend="Run python -m pip cache purge and fetch again.",
    )
