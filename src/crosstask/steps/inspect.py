"""Show what a task holds: columns, balance, lengths, duplicates, conflicts, leakage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from crosstask.step import ModelSource, Result, Step, TaskSources, fetched_first, planned
from crosstask.ui import Ui

if TYPE_CHECKING:
    from crosstask.models.text_encoder import Encoding, TextEncoder
    from crosstask.tasks.checks.inspection import Inspection
    from crosstask.tasks.checks.tally import Reading
    from crosstask.tasks.kind import Kind
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
    """Tokens a row may have before it is cut, or read in windows; by default the model's own limit, 4096 at most."""
    near: Annotated[float, Field(gt=0, le=1)] = 0.7
    """How alike near duplicates are at least: the share of their runs of three words that both texts have."""

    def run(self, ui: Ui) -> Result:
        """Open the tasks, count their tokens, and check them."""
        from crosstask.tasks.checks.inspection import inspect_tasks
        from crosstask.training.lesson import unknown_sentence, unknown_tokens

        tasks, text = self._opened(ui)
        seen: Counter[str] = Counter()
        with ui.progress("rows", sum(len(split) for task in tasks for split in task.splits.values())) as bar:

            def read(kind: Kind, examples: Sequence[Example]) -> list[Reading]:
                bar.advance(len(examples))
                encodings = text.encode([row.texts for row in examples])
                seen["unknown"] += unknown_tokens(encodings, text)
                seen["tokens"] += sum(len(encoding.ids) for encoding in encodings)
                return readings(kind, examples, encodings, text)

            found = inspect_tasks(tasks, read, text.max_length, self.near)
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


def readings(
    kind: Kind, examples: Sequence[Example], encodings: Sequence[Encoding], text: TextEncoder
) -> list[Reading]:
    """How `text` reads examples of a kind, from their encodings: cut, or in windows where the kind is read in such.

    The windows are those that the kind's own objective makes by default.
    """
    from crosstask.objectives import objective_for
    from crosstask.tasks.checks.tally import Reading

    found = [Reading(encoding.length, encoding.length - len(encoding.ids)) for encoding in encodings]
    long = [row for row, reading in enumerate(found) if reading.lost] if kind.windowed else []
    asked = [replace(examples[row], target=None) for row in long]
    windows: Counter[int] = Counter()
    for features in objective_for(kind).encode(kind, asked, text) if asked else ():
        row, window = long[features.row], features.encoding
        windows[row] += 1
        found[row] = Reading(found[row].tokens, window.length - len(window.ids), windows[row])
    return found


def _show(found: Inspection, ui: Ui) -> None:
    from crosstask.tasks.checks.tables import tables

    for title, rows in tables(found):
        ui.table(title, rows)
    for facts in found.tasks:
        for note in facts.task.notes:
            ui.note(note)
        for warning in facts.warnings:
            ui.note(f"warning: {facts.task.name}: {warning}")
