"""Show what a task holds: columns, balance, lengths, duplicates, conflicts, leakage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from crosstask.step import ModelSource, Result, Step, TaskSources, fetched_first, planned
from crosstask.ui import Ui

if TYPE_CHECKING:
    from crosstask.models.text_encoder import TextEncoder
    from crosstask.tasks.checks.inspection import Inspection
    from crosstask.tasks.task import Example, Task


class Inspect(Step):
    """Show what a task holds: columns, balance, lengths, duplicates, conflicts, leakage.

    Two rows are duplicates where their inputs are equal but for case and white space. Several tasks given together are
    also compared with one another.
    """

    positional: ClassVar[tuple[str, ...]] = ("tasks",)

    tasks: Annotated[TaskSources, Field(min_length=1)]
    """The tasks: files, folders, YAML task files, sample:NAME or hub:NAME."""
    model: ModelSource = "starter"
    """The model whose tokens are counted: a folder, a shelf name or a hub name."""
    max_length: Annotated[int | None, Field(ge=8)] = None
    """Tokens a row may have before it is cut; by default the model's own limit, 4096 at most."""
    near: Annotated[float, Field(gt=0, le=1)] = 0.7
    """How alike near duplicates are at least: the share of their runs of three words that both texts have."""

    def run(self, ui: Ui) -> Result:
        """Open the tasks, count their tokens, and check them."""
        from crosstask.tasks.checks.inspection import inspect_tasks
        from crosstask.training.lesson import unknown_sentence, unknown_tokens

        tasks, text = self._opened(ui)
        seen: Counter[str] = Counter()
        with ui.progress("rows", sum(len(split) for task in tasks for split in task.splits.values())) as bar:

            def count_tokens(examples: Sequence[Example]) -> list[int]:
                bar.advance(len(examples))
                encodings = text.encode([row.texts for row in examples])
                seen["unknown"] += unknown_tokens(encodings, text)
                seen["tokens"] += sum(len(encoding.ids) for encoding in encodings)
                return [encoding.length for encoding in encodings]

            found = inspect_tasks(tasks, count_tokens, text.max_length, self.near)
        if told := unknown_sentence(seen["unknown"], seen["tokens"]):
            ui.note(f"warning: as {self.model} reads them, {told}")
        return Result(found, found.to_json(), show=lambda ui: _show(found, ui))

    def plan(self, ui: Ui) -> Result:
        """Say what would be checked, and with how much memory."""
        if first := fetched_first(*self.tasks, model=self.model, then="check the tasks"):
            return first
        from crosstask.runs.forecast import program_memory

        tasks, _ = self._opened(ui)
        rows = {task.name: sum(map(len, task.splits.values())) for task in tasks}
        return planned([f"check {count:,} rows of {name}" for name, count in rows.items()], memory=program_memory())

    def _opened(self, ui: Ui) -> tuple[list[Task], TextEncoder]:
        from crosstask.models.transformers_gateway import load_text_encoder
        from crosstask.tasks import open_task

        tasks = [open_task(source, held=False, ui=ui) for source in self.tasks]
        return tasks, load_text_encoder(self.model, max_length=self.max_length, ui=ui)


def _show(found: Inspection, ui: Ui) -> None:
    from crosstask.tasks.checks.tables import tables

    for title, rows in tables(found):
        ui.table(title, rows)
    for facts in found.tasks:
        for note in facts.task.notes:
            ui.note(note)
        for warning in facts.warnings:
            ui.note(f"warning: {facts.task.name}: {warning}")
