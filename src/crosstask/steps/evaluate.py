"""Score a bundle on labelled rows, with intervals and the worst errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from crosstask.step import Result, Step, TaskSource, fetched_first, planned
from crosstask.ui import Ui, counted

if TYPE_CHECKING:
    from crosstask.serving.bundle import Bundle
    from crosstask.serving.evaluation import Evaluation
    from crosstask.tasks.task import Task


class Evaluate(Step):
    """Score a bundle on labelled rows, with intervals and the worst errors.

    Every evaluation of a test split is written into the bundle's record: what was read is no longer unseen.
    """

    positional: ClassVar[tuple[str, ...]] = ("bundle",)

    bundle: Path
    """The folder of the bundle."""
    task: TaskSource
    """The labelled rows: a file, a folder, a YAML task file, sample:NAME or hub:NAME."""
    split: Literal["train", "validation", "test"] = "test"
    """The split to score; where the task is one file, all of it is taken for this split."""
    head: str | None = None
    """The name of the learned task to ask, where the bundle has several."""
    worst: Annotated[int, Field(ge=0)] = 10
    """How many errors to show, the most confident first."""

    def run(self, ui: Ui) -> Result:
        """Score, record the reading of a test split in the bundle, and tell."""
        bundle, task = self._opened(ui)
        found = bundle.evaluate(task, self.split, head=self.head, seed=self.seed)
        for note in filter(None, [found.truncation, _warning(found.trained_on)]):
            ui.note(note)
        record = {"tasks": {found.task: found.to_json(self.worst)}}
        return Result(found, record, show=lambda ui: _show(found, self.worst, ui))

    def plan(self, ui: Ui) -> Result:
        """Say what would be scored, for how long, and with how much memory."""
        from crosstask.serving.forecast import answering

        if first := fetched_first(self.task, then=f"score {self.bundle}"):
            return first
        bundle, task = self._opened(ui)
        examples = task.split(self.split).examples
        expected = answering(bundle, bundle.learned(self.head), examples)
        scoring = f"score {self.bundle} on {counted(len(examples), 'row')} of {task.name}, {self.split}"
        return planned([scoring], seconds=expected.seconds, memory=expected.memory)

    def _opened(self, ui: Ui) -> tuple[Bundle, Task]:
        from crosstask.serving.bundle import load
        from crosstask.tasks import open_task

        bundle = load(self.bundle, self.device)
        task = open_task(self.task, split=self.split, kind=bundle.learned(self.head).task.kind, ui=ui)
        for note in task.notes:
            ui.note(note)
        return bundle, task


def _warning(trained_on: str | None) -> str | None:
    if trained_on is None:
        return None
    return f"the bundle learned from these rows ({trained_on}): the scores do not tell how it does on new ones"


def _show(found: Evaluation, worst: int, ui: Ui) -> None:
    for title, rows in found.tables(worst):
        ui.table(title, rows)
