"""What was written is on the disk, stays there when the power goes, and has one writer at a time."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crosstask.errors import OutputError


def exists(path: Path) -> bool:
    """Whether there is such a file or folder; not where the name is too long for one, or may not be looked up."""
    return os.path.exists(path)  # noqa: PTH110  # pathlib raises there


def readable(path: Path) -> bool:
    """Whether a file may be read, and whether one in a folder may be looked up."""
    return os.access(path, os.R_OK | os.X_OK if path.is_dir() else os.R_OK)


def sync(path: Path) -> None:
    """Wait until a file's content, or a folder's list of names, is on the disk."""
    if os.name == "nt" and path.is_dir():  # Windows has no sync of a folder
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Wait until everything in `folder` is on the disk."""
    for path in (*folder.rglob("*"), folder):
        sync(path)


def swap(new: Path, folder: Path) -> None:
    """Move `new` to `folder`; what stood there goes. Killed in between, it waits for `put_back`."""
    put_back(folder)
    if exists(folder):
        folder.replace(_old(folder))
    try:
        new.replace(folder)
        sync(folder.parent)
    finally:
        put_back(folder)


def standing(folder: Path) -> Path:
    """Where the content of `folder` lies: in it, or beside it where a killed `swap` left it for `put_back`."""
    old = _old(folder)
    return old if exists(old) and _vacant(folder) else folder


def put_back(folder: Path) -> None:
    """Move back what a killed `swap` took from `folder`, or clear it away where the new one is in place."""
    old = _old(folder)
    if standing(folder) == old:
        old.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def check_writable(out: Path) -> None:
    """OutputError where nothing can be made at `out`: among the folders above it, one is a file or read-only."""
    above = next(path for path in out.absolute().parents if exists(path))
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return
    why = f"{above} is {'read-only' if above.is_dir() else 'no folder'}"
    raise OutputError(f"cannot be written: {why}", file=out, mend="Choose another --out.")


@contextmanager
def locked(file: Path, busy: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock of this name while the context is open; `file` is there meanwhile, and goes afterwards.

    Where another holds it, `busy` is called: it raises, or the wait begins. The operating system lets go of the lock
    when its process ends, however that comes about. OSError where the file cannot be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(file)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        _require_makeable(file)
        busy()
        lock.acquire()
    try:
        yield
    finally:
        with suppress(OSError):  # while it is held: who waits for it sees that it has gone, and makes another
            file.unlink()
        lock.release()


def _require_makeable(file: Path) -> None:
    """OSError where no file can be made beside `file`, which a lock that times out may hide."""
    with tempfile.TemporaryFile(dir=file.parent):
        pass


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _vacant(folder: Path) -> bool:
    return not exists(folder) or (folder.is_dir() and not any(folder.iterdir()))
