"""Folders and files that are there whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from crosstask.disk import exists, put_back, swap, sync, sync_tree
from crosstask.errors import OutputError
from crosstask.models.bundle_record import MANIFEST

EXPORT = "crosstask_export.json"
RESULTS = (MANIFEST, "quickstart.json", EXPORT)
"""A folder with one of these is a bundle, a quickstart or an exported model, and nobody else's."""

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def whole_folder(folder: Path, *, overwrite: bool = False, marks: Sequence[str] = RESULTS) -> Iterator[Path]:
    """A temporary sibling to write into, which becomes `folder` when the context ends well.

    Killed at any moment, `folder` is as it was before or whole; between the two moves of a replacement what stood there
    waits beside it, and the next writer puts it back. OutputError where `folder` holds something and is not to be
    overwritten, or where writing fails.
    """
    home = folder.resolve()
    partial = home.with_name(f".{home.name}.partial")
    with _told(folder):
        put_back(home)
        check_free(folder, overwrite=overwrite, marks=marks)
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            yield partial
            sync_tree(partial)
            swap(partial, home)
        finally:
            shutil.rmtree(partial, ignore_errors=True)


def replace_file(path: Path, text: str) -> None:
    """Write `path` anew, its folder too; at any moment it holds the old text or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(text, encoding="utf-8", newline="\n")
        sync(partial)
        partial.replace(path)
        sync(path.parent)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OutputError(f"cannot be written: {error.strerror}", file=path, mend=f"{mend_of(error)}.") from None


def mend_of(error: OSError | SafetensorError) -> str:
    """What to do, in the imperative and without its stop, where the operating system refused to write."""
    return "Free some space" if _is_full(error) else "Check its permissions"


def check_apart(out: Path, reads: Iterable[Path] = ()) -> None:
    """OutputError where `out` is one of the files and folders in `reads`, lies in one or holds one, or is in a bundle.

    What is read would be lost, and what comes to lie in a bundle breaks it, or goes with it when it is replaced.
    """
    with _told(out), suppress(FileNotFoundError, NotADirectoryError):
        out.stat()  # a name that is too long, or links that lead round in a ring
    home = _home(out)
    if any(path.is_relative_to(home) or home.is_relative_to(path) for path in map(_home, reads)):
        raise OutputError("is read here, and cannot be written too", file=out, mend="Choose another --out.")
    bundle = next((above for above in home.parents if exists(above / MANIFEST)), None)
    if bundle is not None:
        raise OutputError(f"lies in the bundle {bundle}", file=out, mend="Choose an --out outside of it.")


def check_free(folder: Path, *, overwrite: bool, marks: Sequence[str] = RESULTS) -> None:
    """OutputError where `folder` cannot be written to; without one of the `marks` it is never overwritten."""
    check_apart(folder)
    with _told(folder):
        _require_free(folder, overwrite=overwrite, marks=marks)


def _require_free(folder: Path, *, overwrite: bool, marks: Sequence[str]) -> None:
    if folder.is_file():
        raise OutputError("is a file, and a folder is to be written", file=folder, mend="Choose another --out.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not any((folder / mark).is_file() for mark in marks):
        raise OutputError("holds something that crosstask did not write", file=folder, mend="Choose another --out.")
    if not overwrite:
        raise OutputError(
            "holds another result", file=folder, mend="Choose another --out, or add --overwrite to replace it."
        )


def _home(path: Path) -> Path:
    """Where a path leads, as far as its links can be followed."""
    return Path(os.path.realpath(path))


def _is_full(error: OSError | SafetensorError) -> bool:
    return isinstance(error, SafetensorError) or error.errno in _FULL  # the former tells no number


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into one line with its mend."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        mend = "Free some space, or choose another --out." if _is_full(error) else "Choose another --out."
        raise OutputError(f"cannot be written: {reason}", file=folder, mend=mend) from None
