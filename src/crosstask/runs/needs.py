"""What a verb would fetch before it can start; whoever only plans fetches nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crosstask import shelf
from crosstask.shelf.item import ShelfItem


def unfetched(*names: Any) -> list[ShelfItem]:
    """The shelf items that models and tasks of these names need and that are not at hand; data given needs none."""
    rows = [row for row in shelf.status() if row.state == "not fetched"]
    asked = [name for name in names if isinstance(name, str) and not Path(name).is_dir()]
    return [row.item for row in rows if any(_stands_for(row.item, name) for name in asked)]


def download(item: ShelfItem) -> str:
    """What the fetching of an item downloads: a line of a dry run."""
    return f"download {item.package} ({item.size / 1e6:.1f} MB) for {item.name}"


def _stands_for(item: ShelfItem, name: str) -> bool:
    """Whether `name` is the item, or a sample made from it: `sample:tweets-airlines` is made from `sample:tweets`."""
    return name in (item.name, *item.aliases) or name.startswith(f"{item.name}-")
