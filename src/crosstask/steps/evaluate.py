"""Score a bundle on labelled rows, with intervals and the worst errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from crosstask.step import Result, Step, TaskSource, planned
from crosstask.ui import Ui

if TYPE_CHECKING:
    from crosstask.serving.evaluation import Evaluation


class Evaluate(Step):
    """Score a bundle on labelled rows, with intervals and the worst errors.

    Every evaluation of a test split is written into the bundle's record: what was read is no longer unseen.
    """

    positional: ClassVar[tuple[str, ...]] = ("bundle",)

    bundle: Path
    """The folder of the bundle."""
    task: TaskSource
    """The labelled rows: a file, a folder or sample:NAME."""
    split: str = "test"
    """The split to score; a task that is one file is this split whole."""
    head: str | None = None
    """The name of the learned task to ask, where the bundle has several."""
    worst: Annotated[int, Field(ge=0)] = 10
    """How many of the most confident errors to show."""

    def run(self, ui: Ui) -> Result:
        """Score, record the reading of a test split in the bundle, and tell."""
        from crosstask.serving.bundle import load

        found = load(self.bundle, self.device).evaluate(self.task, self.split, task=self.head, seed=self.seed)
        record = {"tasks": {found.task: found.to_json(self.worst)}}
        return Result(found, record, show=lambda ui: _show(found, self.worst, ui))

    def plan(self, ui: Ui) -> Result:
        """Say what would be scored."""
        return planned([f"score {self.bundle} on the {self.split} split of {self.task}"])


def _show(found: Evaluation, worst: int, ui: Ui) -> None:
    for title, rows in found.tables(worst):
        ui.table(title, rows)
