"""Where a run starts: a pretrained trunk, with the heads of the bundle it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crosstask.objectives import Objective
from crosstask.ui import Silent, Ui

if TYPE_CHECKING:
    from crosstask.models.head import Head
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.task import Task


@dataclass(frozen=True)
class KnownHead:
    """A trained head and the task it was trained for."""

    head: Head
    task: Task


@dataclass(frozen=True)
class Start:
    """A trunk and the heads that came with it, by task name."""

    trunk: Trunk
    heads: Mapping[str, KnownHead] = field(default_factory=dict)

    def head_for(self, task: Task, objective: Objective, ui: Ui) -> Head:
        """The head of a known task with the same label space, else a fresh one."""
        fresh = objective.head(task.kind, self.trunk.width)
        order = sorted(self.heads, key=lambda name: (name != task.name, name))
        for name in order:
            known = self.heads[name]
            if known.task.kind.space == task.kind.space and known.head.config == fresh.config:
                ui.note(f"the head of '{name}' is kept: its labels are the same")
                return known.head
        return fresh


def load_start(model: str, *, max_length: int | None = None, ui: Ui | None = None) -> Start:
    """A start from a bundle folder, a checkpoint folder, a shelf name or a hub name."""
    from crosstask.models.bundle import is_bundle, read_bundle
    from crosstask.models.transformers_gateway import load_trunk
    from crosstask.tasks.description import from_description

    if not is_bundle(model):
        return Start(load_trunk(model, max_length=max_length, ui=ui or Silent()))
    contents = read_bundle(model, max_length=max_length)
    heads = {
        name: KnownHead(contents.model.head(name), from_description(description["task"]))
        for name, description in contents.tasks.items()
    }
    return Start(contents.model.trunk, heads)
