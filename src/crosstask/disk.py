"""What was written is on the disk, and stays there when the power goes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


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
    if folder.exists():
        folder.replace(_old(folder))
    try:
        new.replace(folder)
        sync(folder.parent)
    finally:
        put_back(folder)


def put_back(folder: Path) -> None:
    """Move back what a killed `swap` took from `folder`, or clear it away where the new one is in place."""
    old = _old(folder)
    if old.exists() and _vacant(folder):
        old.replace(folder)
    shutil.rmtree(old, ignore_errors=True)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")


def _vacant(folder: Path) -> bool:
    return not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
