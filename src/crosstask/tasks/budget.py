"""Label budgets: a few rows of each class, drawn so that smaller draws are part of larger ones."""

from __future__ import annotations

from dataclasses import replace

from crosstask.errors import ConfigError, InputError
from crosstask.tasks.ordering import seeded_order
from crosstask.tasks.task import TRAIN, VALIDATION, Example, Task
from crosstask.ui import counted


def draw_labels(task: Task, per_class: int, seed: int) -> Task:
    """The task with `per_class` train rows of each label, and without a validation split.

    The draw of 8 is part of the draw of 16 of the same seed, and the same data in another order gives the same draw.
    The validation split goes because its labels would count too: what is drawn is all that may be learned from, but for
    the names of labels.
    """
    train = task.split(TRAIN)
    if not task.kind.classed:
        message = f"a task of {task.kind.method_name()} has no classes to draw rows of"
        raise ConfigError(message, field="labels_per_class", mend="Draw --rows instead.")
    task.kind.require_targets(train)
    by_label: dict[str, list[Example]] = {}
    for example in seeded_order(train.examples, seed, "draw"):
        by_label.setdefault(example.target, []).append(example)
    for label, rows in sorted(by_label.items()):
        if len(rows) < per_class:
            message = f"the label '{label}' has {counted(len(rows), 'train row')} where {per_class:,} are asked for"
            raise InputError(
                message, file=train.file, mend=f"Ask for at most {counted(_most(by_label), 'label')} a class."
            )
    drawn = [example for rows in by_label.values() for example in rows[:per_class]]
    note = f"{task.name}: {counted(per_class, 'train row')} a class drawn with seed {seed}"
    note += ", the validation split is set aside" if VALIDATION in task.splits else ""
    return _drawn(task, drawn).noting(note)


def draw_rows(task: Task, rows: int, seed: int) -> Task:
    """The task with `rows` train rows of any label, and without a validation split; draws are nested."""
    train = task.split(TRAIN)
    if len(train) < rows:
        message = f"train has {counted(len(train), 'row')} where {rows:,} are asked for"
        raise InputError(message, file=train.file, mend=f"Ask for at most {counted(len(train), 'row')}.")
    drawn = seeded_order(train.examples, seed, "draw")[:rows]
    return _drawn(task, drawn).noting(f"{task.name}: {counted(rows, 'train row')} drawn with seed {seed}")


def _drawn(task: Task, rows: list[Example]) -> Task:
    """The task with these train rows and without a validation split; of other rows its kind knows label names alone."""
    train = task.split(TRAIN)
    drawn = replace(train, examples=rows, drawn_from=train.drawn_from or train.fingerprint)
    splits = {name: split for name, split in task.splits.items() if name != VALIDATION} | {TRAIN: drawn}
    return replace(task.with_splits(**splits), kind=task.kind.of_draw(splits))


def _most(by_label: dict[str, list[Example]]) -> int:
    return min(len(rows) for rows in by_label.values())
