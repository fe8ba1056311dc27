"""Opening a task from whatever the user names: a file, a folder, a sample, or data in Python."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from crosstask.disk import exists
from crosstask.errors import ConfigError, InputError, NotFound, nearest
from crosstask.registry import parse_spec
from crosstask.tasks.data import read_data
from crosstask.tasks.draft import Draft
from crosstask.tasks.folder import read_folder
from crosstask.tasks.form import other_kind
from crosstask.tasks.hub import HUB, read_hub
from crosstask.tasks.kind import KINDS, Kind
from crosstask.tasks.reader import read_table, stem
from crosstask.tasks.task import SPLITS, TRAIN, Example, Task
from crosstask.tasks.task_file import read_task_file
from crosstask.ui import Silent, Ui

_LONGEST_NAME = 80
"""Bytes of a task's name: bundles write some as three characters, and a file name holds no more than 255."""


def open_task(
    source: Any,
    *,
    name: str | None = None,
    kind: Kind | str | None = None,
    columns: Mapping[str, str] | None = None,
    split: str = TRAIN,
    held: bool = True,
    ui: Ui | None = None,
) -> Task:
    """The task that `source` stands for, with its label space and every row checked.

    Args:
        source: a file (`reviews.csv`, or `reviews.csv:text=review,label=stars`), a folder with a file a split, a YAML
            task file, `sample:NAME`, `hub:NAME`; a DataFrame, a list of (text, label) tuples or of mappings, a
            `datasets.Dataset`, a mapping of splits to these; or a task, which is returned as it is.
        name: the task's name; that of the file or folder where none is given.
        kind: a kind's name, or a kind whose label space the rows are checked against instead of learning one; a task
            that is open already has to be of it.
        columns: field -> column, for those that shall not be detected; beside them options of the kind, as behind the
            name of a file.
        split: the split that a source without splits is.
        held: whether the examples are held in memory, or else read anew from files each time they are gone through.
        ui: told of the fetching of samples and of asking the hub.

    Raises:
        NotFound: the name stands for nothing.
        InputError: the data is at fault, with file, row, field and the mend.
    """
    task = _task(source, kind, _named(columns), split, held, ui or Silent())
    return replace(task, name=_checked_name(name)) if name else task


def read_inputs(
    source: Any, kind: Kind, columns: Mapping[str, str] | None = None, ui: Ui | None = None
) -> list[Example]:
    """Examples without targets for prediction: from any file or data `open_task` takes, or a list of inputs alone.

    The columns are those of `kind` where the source has them, else detected, which `ui` is told; a label column is
    not looked at.
    """
    draft = _draft(source, _named(columns), TRAIN, ui or Silent(), tuple(kind.inputs.values()))
    if len(draft.tables) > 1:
        message = f"holds {' and '.join(draft.tables)} where one table is read"
        raise InputError(message, file=draft.place, mend="Name one of its files.")
    table = draft.first
    reading = draft.reading_kind(kind).without_target()
    (ui or Silent()).note(draft.columns_note(reading))
    example = reading.example_of_text if table.plain else reading.example
    return [example(record, row, table.file) for row, record in enumerate(table.records, start=1)]


def _named(columns: Mapping[str, Any] | None) -> dict[str, str]:
    """Columns by field, as texts: those of a DataFrame may be called by numbers."""
    return {field: str(column) for field, column in (columns or {}).items()}


def _task(source: Any, kind: Kind | str | None, columns: dict[str, str], split: str, held: bool, ui: Ui) -> Task:
    ready = _ready(source, columns, ui)
    if ready is not None:
        return _checked_against(kind, ready)
    if split not in SPLITS.values():
        raise ConfigError(f"'{split}' is no split", field="split", mend=nearest(split, SPLITS.values()))
    draft = _draft(source, columns, split, ui)
    if isinstance(kind, str):
        return replace(draft, kind=kind).task(held=held)
    return draft.task(kind, held=held)


def _ready(source: Any, columns: dict[str, str], ui: Ui) -> Task | None:
    """The task of a source whose columns are settled: a task itself or a sample; None for any other."""
    if isinstance(source, str) and source.startswith("sample:"):
        from crosstask.tasks.samples import open_sample

        name, named = parse_spec(source)
        _refuse_columns({**columns, **named})
        return open_sample(name, ui)
    if isinstance(source, Task):
        _refuse_columns(columns)
        return source
    return None


def _refuse_columns(columns: dict[str, str]) -> None:
    if columns:
        raise ConfigError("the columns of a sample or a task are settled", field="columns", mend="Leave them out.")


def _checked_against(kind: Kind | str | None, task: Task) -> Task:
    """A task that is already open, which is of `kind` where one is given, its rows checked against its label space."""
    if kind is None:
        return task
    wanted = KINDS.get(kind) if isinstance(kind, str) else type(kind)
    if type(task.kind) is not wanted:
        raise other_kind(f"'{task.name}'", task.kind.method_name(), wanted)
    return task if isinstance(kind, str) else _relearned(kind, task)


def _relearned(kind: Kind, task: Task) -> Task:
    """A task of the type of `kind`, with that label space."""
    if kind.inputs.keys() != task.kind.inputs.keys():
        expected, found = ", ".join(kind.inputs), ", ".join(task.kind.inputs)
        raise InputError(f"task '{task.name}' gives {found} where {expected} is read", mend="Give a task of that form.")
    return replace(task, kind=kind.learn(task.splits))


def _draft(source: Any, columns: dict[str, str], split: str, ui: Ui, tuple_columns: Sequence[str] = ()) -> Draft:
    if isinstance(source, str | PathLike):
        draft, named = _named_source(fspath(source), split, ui)
        kind = named.pop("kind", draft.kind)
        return replace(draft, name=_safe_name(draft.name), kind=kind, named={**draft.named, **named, **columns})
    return replace(read_data(source, split, tuple_columns), named=columns)


def _named_source(text: str, split: str, ui: Ui) -> tuple[Draft, dict[str, str]]:
    """The draft of a hub data set or a file, and what stands behind its name: columns, options, the kind."""
    if text.startswith(HUB):
        return read_hub(text, ui)
    path, named = _path_and_columns(text)
    return _read(path, split), named


def _path_and_columns(text: str) -> tuple[Path, dict[str, str]]:
    """The path and the columns behind it; a path that exists is taken whole, whatever is in its name."""
    name, columns = (text, {}) if exists(Path(text)) else parse_spec(text)
    path = Path(name)
    if not exists(path):
        raise NotFound(f"no file, folder or sample is called '{name:.80}'", mend=_nearby(path))
    return path, columns


def _nearby(path: Path) -> str:
    """The mend for a path that is not there: the files beside it and the samples that are called much alike."""
    from crosstask.tasks.samples import sample_names

    known = {name: name for name in sample_names()}
    known |= {file.name: str(file) for file in _beside(path)}
    close = difflib.get_close_matches(path.name, known)
    if close:
        return f"Did you mean {' or '.join(known[name] for name in close)}?"
    return "Give a file, a folder, sample:NAME (crosstask fetch lists the samples) or hub:NAME."


def _beside(path: Path) -> list[Path]:
    """The files beside a path; none where its folder is not there or cannot be read."""
    try:
        return list(path.parent.iterdir())
    except OSError:
        return []


def _read(path: Path, split: str) -> Draft:
    if path.is_dir():
        return read_folder(path)
    if path.suffix.lower() in (".yaml", ".yml"):
        return read_task_file(path, split)
    return Draft(stem(path), {split: read_table(path)}, place=str(path))


def _safe_name(name: str) -> str:
    """A name that can stand in a file name, from the name of a file."""
    plain = re.sub(r"[^\w.-]+", "-", name).strip("-.")
    return plain.encode()[:_LONGEST_NAME].decode(errors="ignore").strip("-.") or "task"


def _checked_name(name: str) -> str:
    if _safe_name(name) != name:
        raise ConfigError(f"'{name}' is no name for a task", field="name", mend=f"Write {_safe_name(name)}.")
    return name
