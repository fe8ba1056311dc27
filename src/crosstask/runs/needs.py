"""What a verb would fetch before it can start; whoever only plans fetches nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crosstask import shelf
from crosstask.disk import exists
from crosstask.shelf.item import ShelfItem
from crosstask.tasks.samples import sample_names


def unfetched(*names: Any) -> list[ShelfItem]:
    """The shelf items that models and tasks of these names need and that are not at hand; data given needs none."""
    missing = [row.item for row in shelf.status() if row.state == "not fetched"]
    asked = {name for name in names if isinstance(name, str) and not exists(Path(name))}
    return [item for item in missing if asked & {item.name, *item.aliases, *sample_names(item.name)}]


def unfetched_of_hub(model: str | None, tasks: Iterable[Any]) -> list[str]:
    """What the hub would send, a line of a dry run each: data sets by `hub:NAME`, and a model by its name."""
    from crosstask.models.model_source import is_unfetched
    from crosstask.tasks import hub

    named = [task for task in tasks if isinstance(task, str) and task.startswith(hub.HUB) and hub.is_unfetched(task)]
    lines = [f"download {name} from the hub" for name in dict.fromkeys(named)]
    if model is not None and is_unfetched(model):
        lines.append(f"download the model {model} from the hub: no folder or shelf item is called so")
    return lines


def download(item: ShelfItem) -> str:
    """What the fetching of an item downloads: a line of a dry run."""
    return f"download {item.package} ({item.size / 1e6:.1f} MB) for {item.name}"
