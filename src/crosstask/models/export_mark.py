"""What says that crosstask exported a folder, and of which bundle."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

from crosstask.models.bundle import BundleContents
from crosstask.models.content_hash import content_hash
from crosstask.models.whole_folder import EXPORT


def export_mark(contents: BundleContents, *, adapters: str = "merged") -> str:
    """Crosstask's version, a hash of the bundle's model, tasks and card, and what became of `adapters`, in JSON."""
    bundle = content_hash(contents.model, [contents.tasks, contents.card])
    mark = {"crosstask": version("crosstask"), "bundle": bundle, "adapters": adapters}
    return json.dumps(mark, indent=2) + "\n"


def write_mark(mark: str, folder: Path) -> None:
    """Let an exported folder hold its mark."""
    (folder / EXPORT).write_text(mark, encoding="utf-8", newline="\n")


def is_export_of(contents: BundleContents, folder: Path, *, adapters: str = "merged") -> bool:
    """Whether `folder` holds what this crosstask exports of this very bundle."""
    try:
        return (folder / EXPORT).read_text(encoding="utf-8") == export_mark(contents, adapters=adapters)
    except (OSError, ValueError):
        return False
