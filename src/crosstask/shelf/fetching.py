"""Fetching: an item's archive downloaded, checked, converted and put in place, whole or not at all."""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crosstask.disk import locked, put_back, swap, sync_tree
from crosstask.errors import ShelfError
from crosstask.shelf.archive import unpack
from crosstask.shelf.download import download
from crosstask.shelf.folder import ShelfFolder, State, write_manifest
from crosstask.shelf.item import ShelfItem, find_item, shelf_items
from crosstask.ui import Silent, Ui


@dataclass(frozen=True)
class ShelfRow:
    """One line of the shelf's listing; `path` is where the folder lies or will lie."""

    item: ShelfItem
    state: State
    path: Path


def ensure(item: str | ShelfItem, ui: Ui | None = None) -> Path:
    """The converted folder of an item, fetched on first use; afterwards no network and no pip is needed."""
    folder = _folder(item)
    if not folder.stands():
        return fetch(folder.item, ui)
    folder.check()
    return folder.path


def fetch(item: str | ShelfItem, ui: Ui | None = None, force: bool = False) -> Path:
    """The converted folder of an item, fetched if it does not stand yet or if `force` asks for it anew."""
    folder = _folder(item)
    ui = ui or Silent()
    with _mended(folder), _locked(folder, ui):
        put_back(folder.path)
        if force or not folder.stands():
            ui.note(_first_use(folder))
            _make(folder, ui)
    folder.check()
    return folder.path


def verify(item: str | ShelfItem) -> None:
    """ShelfError where the fetched folder is missing or any byte of it has changed."""
    folder = _folder(item)
    if not folder.stands():
        name = folder.item.name
        raise ShelfError(f"{name} is not fetched yet", mend=f"Run crosstask fetch {name}.")
    folder.check(content=True)


def status(names: Sequence[str] = ()) -> list[ShelfRow]:
    """The items named, or every item of the shelf, and whether they are fetched."""
    items = [find_item(name) for name in names] or shelf_items()
    return [ShelfRow(folder.item, folder.state(), folder.path) for folder in map(ShelfFolder, items)]


def _folder(item: str | ShelfItem) -> ShelfFolder:
    return ShelfFolder(find_item(item) if isinstance(item, str) else item)


def _first_use(folder: ShelfFolder) -> str:
    item = folder.item
    facts = f"{item.about}; {item.size / 1e6:.1f} MB, licence {item.licence}"
    return f"fetching {item.name} ({facts}), once, into {folder.path}"


def _make(folder: ShelfFolder, ui: Ui) -> None:
    """Build the folder in a temporary sibling and move it into place; what a killed fetch left goes first."""
    prefix = f".{folder.path.name}-"
    for left in folder.path.parent.glob(f"{prefix}*"):
        shutil.rmtree(left)
    place = Path(tempfile.mkdtemp(prefix=prefix, dir=folder.path.parent))
    try:
        _convert(folder.item, download(folder.item, place, ui), place)
        swap(place / "made", folder.path)
    finally:
        shutil.rmtree(place)


def _convert(item: ShelfItem, archive: Path, place: Path) -> None:
    source, made = place / "source", place / "made"
    source.mkdir()
    made.mkdir()
    unpack(item, archive, source)
    item.convert(source, made)
    write_manifest(item, made)
    sync_tree(made)


@contextmanager
def _locked(folder: ShelfFolder, ui: Ui) -> Iterator[None]:
    """Hold the item's lock, so that of two processes one fetches and the other finds it done."""
    folder.path.parent.mkdir(parents=True, exist_ok=True)
    waiting = f"waiting for another process that fetches {folder.item.name}"
    with locked(folder.path.with_name(f".{folder.path.name}.lock"), busy=lambda: ui.note(waiting)):
        yield


@contextmanager
def _mended(folder: ShelfFolder) -> Iterator[None]:
    """Turn what the operating system refuses into one line with its mend."""
    try:
        yield
    except OSError as error:
        what = f"{folder.item.name} could not be fetched"
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            mend = "Free some space and fetch again."
            raise ShelfError(f"{what}: the disk is full", file=folder.path.parent, mend=mend) from None
        raise ShelfError(
            f"{what}: the cache folder cannot be written: {error.strerror}",
            file=folder.path.parent,
            mend="Name another with the environment variable CROSSTASK_CACHE.",
        ) from None
