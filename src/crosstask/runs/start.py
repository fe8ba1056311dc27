"""Where a run starts: a pretrained trunk, with the heads of the bundle it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

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
    """A trunk and the heads that came with it, by task name; `fingerprint` is the sha256 over all of it."""

    trunk: Trunk
    fingerprint: str
    heads: Mapping[str, KnownHead] = field(default_factory=dict)

    def head_for(self, task: Task, objective: Objective, ui: Ui) -> Head:
        """The head of a known task with the same label space, with the objective's dropout; else a fresh one."""
        fresh = objective.head(task.kind, self.trunk.width)
        order = sorted(self.heads, key=lambda name: (name != task.name, name))
        for name in order:
            known = self.heads[name]
            if known.task.kind.space == task.kind.space and _make(known.head) == _make(fresh):
                ui.note(f"the head of '{name}' is kept: its labels are the same")
                fresh.load_state_dict(known.head.state_dict())
                return fresh
        return fresh

    def check_labels(self, task: Task, ui: Ui) -> None:
        """Tell where the checkpoint's own label map names other labels than the task: they may mean the same."""
        own = self.trunk.label_names
        if own is not None and set(own) != set(task.kind.space):
            ui.note(
                f"the checkpoint was trained on the labels {', '.join(own)}, and {task.name} has "
                f"{', '.join(task.kind.space)}: its head is not used"
            )


def _make(head: Head) -> dict[str, Any]:
    """What decides a head's weights: its config but for dropout, which has none."""
    return {name: value for name, value in head.config.items() if name != "dropout"}


def load_start(model: str, *, max_length: int | None = None, ui: Ui | None = None) -> Start:
    """A start from a bundle folder, a checkpoint folder, a shelf name or a hub name."""
    from crosstask.models.bundle import is_bundle, read_bundle
    from crosstask.models.content_hash import content_hash
    from crosstask.models.transformers_gateway import load_trunk
    from crosstask.tasks.description import from_description

    if not is_bundle(model):
        trunk = load_trunk(model, max_length=max_length, ui=ui or Silent())
        return Start(trunk, trunk.content_hash)
    contents = read_bundle(model, max_length=max_length)
    heads = {
        name: KnownHead(contents.model.head(name), from_description(description["task"]))
        for name, description in contents.tasks.items()
    }
    trunk = contents.model.trunk
    return Start(trunk, content_hash(contents.model, [trunk.config, trunk.text.max_length, contents.tasks]), heads)
