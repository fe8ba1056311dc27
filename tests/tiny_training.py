"""Toy tasks and tiny models to train on them, for tests of everything that trains."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.tuning import TUNINGS
from crosstask.objectives import objective_for
from crosstask.runs.options import TrainingOptions
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.mixture import Mixture
from crosstask.tasks.task import TRAIN, Example, Split, Task
from crosstask.training.lesson import Lesson
from crosstask.training.loop import Training
from crosstask.training.phase import Phase
from crosstask.training.runtime import Runtime
from crosstask.ui import Silent

CPU = Runtime.make("cpu")
FAST = TrainingOptions(learning_rate=1e-2, head_learning_rate=3e-2).rates

_GOOD, _BAD = ("good", "great", "nice"), ("bad", "awful", "late")
_FILLERS = ("a", "the", "film", "food", "was", "is", "plane", "very")


class Notes(Silent):
    """A `Ui` that keeps its notes."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, text: str) -> None:
        self.lines.append(text)


class Stops(Silent):
    """A `Ui` under which Ctrl-C comes after a number of steps."""

    def __init__(self, after: int) -> None:
        self.left = after

    def progress(self, what, total):
        context = super().progress(what, total)
        return _Counted(context, self)


class _Counted:
    def __init__(self, context, owner) -> None:
        self.context, self.owner = context, owner

    def __enter__(self):
        self.context.__enter__()
        return self

    def __exit__(self, *error):
        return self.context.__exit__(*error)

    def advance(self, amount: float = 1.0, **facts: Any) -> None:
        if facts:
            self.owner.left -= 1
            if self.owner.left == 0:
                signal.raise_signal(signal.SIGINT)


def rows(count: int, seed: int = 0, labels: Sequence[str] = ("bad", "good")) -> list[Example]:
    """Texts of 2 to 30 words, each with one word that tells its label (of two; a third label has no such word)."""
    draw = np.random.default_rng(seed)
    examples = []
    for number in range(count):
        label = number % len(labels)
        words = list(draw.choice(_FILLERS, size=int(draw.integers(1, 30))))
        telling = [_BAD, _GOOD, ("not",)][label]
        words.insert(int(draw.integers(0, len(words) + 1)), str(draw.choice(telling)))
        examples.append(Example({"text": " ".join(words)}, labels[label], number + 1))
    return examples


def toy_task(name: str = "reviews", labels: Sequence[str] = ("bad", "good"), **splits: int) -> Task:
    """A learnable task with this many rows a split; 24 train rows where none are asked for."""
    kind = Classification(labels=tuple(labels))
    sizes = splits or {TRAIN: 24}
    seeds = {split: place for place, split in enumerate(("train", "validation", "test"))}
    return Task(name, kind, {split: Split(rows(count, seeds[split], labels)) for split, count in sizes.items()})


def toy_model(checkpoint: Path, *tasks: Task, dropout: bool = True, way: str = "head") -> MultiTaskModel:
    """A fresh model with a head for each task, the same each time."""
    trunk = load_trunk(checkpoint)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        heads = {task.name: objective_for(task.kind, way).head(task.kind, trunk) for task in tasks}
    model = MultiTaskModel(trunk, heads)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout) and not dropout:
            module.p = 0.0
    return model


def toy_phase(model: MultiTaskModel, *tasks: Task, tuning: str = "full", way: str = "head", **options: Any) -> Phase:
    """A phase on the train rows of the tasks."""
    text = model.trunk.text
    lessons = {task.name: Lesson.of(task, TRAIN, objective_for(task.kind, way), text) for task in tasks}
    settings = {"steps": 6, "rates": FAST, "batch_size": 8, **options}
    return Phase(mixture=Mixture(tasks), lessons=lessons, tuning=TUNINGS.make(tuning), **settings)


def toy_training(checkpoint: Path, *tasks: Task, phases: Sequence[dict[str, Any]] = ({},), **options: Any) -> Training:
    """A run of phases on the tasks, from a fresh model."""
    tasks = tasks or (toy_task(),)
    model = toy_model(checkpoint, *tasks)
    return Training(model, [toy_phase(model, *tasks, **phase) for phase in phases], CPU, **options)


def weights_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    """A copy of every parameter, by name."""
    return {name: parameter.detach().clone() for name, parameter in model.named_parameters()}


def assert_same(found: dict[str, torch.Tensor], expected: dict[str, torch.Tensor]) -> None:
    """Both hold the same names, and bit for bit the same values."""
    assert found.keys() == expected.keys()
    different = [name for name, value in expected.items() if not torch.equal(found[name], value)]
    assert not different
