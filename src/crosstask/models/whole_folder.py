"""Folders and files that are there whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from crosstask.disk import sync, sync_tree
from crosstask.errors import OutputError

RESULTS = ("crosstask.json", "quickstart.json", "config.json")
"""A folder with one of these is a bundle, a quickstart or an exported model."""


@contextmanager
def whole_folder(folder: Path, *, overwrite: bool = False, marks: Sequence[str] = RESULTS) -> Iterator[Path]:
    """A temporary sibling to write into, which becomes `folder` when the context ends well.

    Killed at any moment, `folder` is as it was before or whole; what a killed writer left beside it goes with the next
    one. OutputError where `folder` holds something and is not to be overwritten, or where writing fails.
    """
    folder = folder.resolve()
    check_free(folder, overwrite=overwrite, marks=marks)
    partial, old = (folder.with_name(f".{folder.name}.{what}") for what in ("partial", "old"))
    try:
        _clear(partial, old)
        partial.mkdir(parents=True)
        yield partial
        sync_tree(partial)
        _swap(partial, folder, old)
        sync(folder.parent)
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(f"cannot be written: {reason}", file=folder, mend="Choose another --out.") from None
    finally:
        _clear(partial, old)


def replace_file(path: Path, text: str) -> None:
    """Write `path` anew; at any moment it holds the old text or the new one."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8", newline="\n")
        sync(partial)
        partial.replace(path)
        sync(path.parent)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise OutputError(f"cannot be written: {error.strerror}", file=path, mend="Check its permissions.") from None


def check_free(folder: Path, *, overwrite: bool, marks: Sequence[str] = RESULTS) -> None:
    """OutputError where `folder` cannot be written to; without one of the `marks` it is never overwritten."""
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


def _swap(new: Path, folder: Path, old: Path) -> None:
    """Move `new` to `folder`, and what stood there to `old`."""
    if folder.exists():
        folder.replace(old)
    try:
        new.replace(folder)
    except OSError:
        if old.exists():
            old.replace(folder)
        raise


def _clear(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
