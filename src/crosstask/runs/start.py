"""Where a run starts: a pretrained trunk, with the heads of the bundle it comes from."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crosstask.objectives import Objective
from crosstask.ui import Silent, Ui

if TYPE_CHECKING:
    import numpy as np

    from crosstask.models.head import Head
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Task


@dataclass(frozen=True)
class KnownHead:
    """A trained head and the task it was trained for."""

    head: Head
    task: Task

    @property
    def labels(self) -> Sequence[str]:
        """What the head's outputs stand for, in order."""
        return self.task.kind.space

    def speaks_of(self, kind: Kind) -> bool:
        """Whether a task of `kind` has the same labels, in any order; a kind without labels is like itself alone."""
        return type(kind) is type(self.task.kind) and set(self.labels) == set(kind.space)

    def hindrance(self, labels: Sequence[str], fresh: Head) -> str | None:
        """Why its weights cannot be those of the `fresh` head for the same `labels`; None where they can."""
        if self.labels != labels:
            return f"they stand in the order {', '.join(self.labels)} there"
        own, asked = _make(self.head), _make(fresh)
        other = [f"{name}={value}" for name, value in own.items() if asked.get(name) != value]
        return f"it was made with {', '.join(other)}" if other else None


@dataclass
class LastStates:
    """States of a trunk that were computed last, two arrays at most, by what was asked for."""

    kept: dict[Hashable, np.ndarray] = field(default_factory=dict)

    def of(self, asked: Hashable, compute: Callable[[], np.ndarray]) -> np.ndarray:
        """The states that were asked for, computed where they are not kept."""
        found = self.kept.pop(asked) if asked in self.kept else compute()
        self.kept = {**dict(list(self.kept.items())[-1:]), asked: found}
        return found


@dataclass(frozen=True)
class Start:
    """A trunk and the heads that came with it, by task name; `fingerprint` is the sha256 over all of it.

    What trials that start here read of the trunk as it stands is kept in `states`.
    """

    trunk: Trunk
    fingerprint: str
    heads: Mapping[str, KnownHead] = field(default_factory=dict)
    states: LastStates = field(default_factory=LastStates, init=False, repr=False, compare=False)

    def head_for(self, task: Task, objective: Objective, ui: Ui, *, trains: bool = True) -> Head:
        """The head of a known task with the same label space, with the objective's dropout; else a fresh one.

        Where one of the same labels cannot be kept, a note says why; so it does of a fresh one that nobody `trains`.
        """
        fresh = objective.head(task.kind, self.trunk)
        hindrances = {name: self.heads[name].hindrance(task.kind.space, fresh) for name in self._of_same_labels(task)}
        kept = next((name for name, hindrance in hindrances.items() if hindrance is None), None)
        if kept is not None:
            why = "its labels are the same" if task.kind.space else "it is of the same kind"
            ui.note(f"the head of '{kept}' is kept: {why}")
            fresh.load_state_dict(self.heads[kept].head.state_dict())
        elif hindrances:
            name, hindrance = next(iter(hindrances.items()))
            ui.note(f"the head of '{name}' has the same labels and is not kept: {hindrance}")
        if kept is None and not trains and not objective.answers_untrained:
            ui.note(f"no step trains the new head of '{task.name}', so its answers mean nothing")
        return fresh

    def _of_same_labels(self, task: Task) -> list[str]:
        """Names of heads with the task's labels in any order; that of the same name first."""
        names = [name for name, known in self.heads.items() if known.speaks_of(task.kind)]
        return sorted(names, key=lambda name: (name != task.name, name))

    def check_labels(self, task: Task, ui: Ui) -> None:
        """Tell that a checkpoint's own head is not used; where its labels are others, they may mean the same."""
        own = self.trunk.label_names
        if own is None or not task.kind.space:
            return
        if set(own) != set(task.kind.space):
            ui.note(
                f"the checkpoint was trained on the labels {', '.join(own)}, and {task.name} has "
                f"{', '.join(task.kind.space)}: its head is not used"
            )
        elif not self.heads:
            ui.note(
                f"the checkpoint was trained on the labels of {task.name}, {', '.join(own)}: its own head is not used, "
                "for heads are kept from bundles"
            )


def _make(head: Head) -> dict[str, Any]:
    """What decides a head's weights: its config but for dropout, which has none."""
    return {name: value for name, value in head.config.items() if name != "dropout"}


def load_start(model: str, *, max_length: int | None = None, ui: Ui | None = None) -> Start:
    """A start from a bundle folder, a checkpoint folder, a shelf name or a hub name."""
    from crosstask.models.bundle import is_bundle, read_bundle
    from crosstask.models.content_hash import content_hash
    from crosstask.models.parts import merge_parts
    from crosstask.models.transformers_gateway import load_trunk
    from crosstask.tasks.description import from_description

    if not is_bundle(model):
        trunk = load_trunk(model, max_length=max_length, ui=ui or Silent())
        return Start(trunk, trunk.content_hash)
    contents = read_bundle(model, max_length=max_length)
    merge_parts(contents.model)
    heads = {
        name: KnownHead(contents.model.head(name), from_description(description["task"]))
        for name, description in contents.tasks.items()
    }
    trunk = contents.model.trunk
    return Start(trunk, content_hash(contents.model, [trunk.facts, contents.tasks]), heads)
