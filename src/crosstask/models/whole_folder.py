"""Folders and files that are there whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from safetensors import SafetensorError

from crosstask.disk import put_back, swap, sync, sync_tree
from crosstask.errors import OutputError

EXPORT = "crosstask_export.json"
RESULTS = ("crosstask.json", "quickstart.json", EXPORT)
"""A folder with one of these is a bundle, a quickstart or an exported model, and nobody else's."""


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
        raise OutputError(f"cannot be written: {error.strerror}", file=path, mend="Check its permissions.") from None


def check_free(folder: Path, *, overwrite: bool, marks: Sequence[str] = RESULTS) -> None:
    """OutputError where `folder` cannot be written to; without one of the `marks` it is never overwritten."""
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


@contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Turn what the operating system refuses into one line with its mend."""
    try:
        yield
    except (OSError, SafetensorError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise OutputError(f"cannot be written: {reason}", file=folder, mend="Choose another --out.") from None
