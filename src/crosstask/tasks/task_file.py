"""A task written down in YAML: its files, kind, columns, labels and options."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from crosstask.errors import ConfigError, InputError, nearest
from crosstask.method import Method
from crosstask.tasks.bounded import read_document
from crosstask.tasks.draft import Draft
from crosstask.tasks.folder import read_splits
from crosstask.tasks.reader import stem
from crosstask.tasks.task import SPLITS

MAX_BYTES = 1 << 20
"""Bytes a task file may hold."""


class TaskFile(Method):
    """What a task file may say; paths are relative to it, and every value is taken as written (`no` is a label).

    Example:
        name: reviews
        files: {train: train.csv, test: test.csv}
        columns: {text: review, label: stars}
        labels: {negative: [1, 2], positive: [4, 5]}
    """

    name: str | None = None
    """the task's name; that of the file where none is given"""
    kind: str | None = None
    """the kind of task; detected where none is given"""
    file: str | None = None
    """the one file of the task"""
    files: Mapping[str, str] = {}
    """split -> file, where there are several"""
    columns: Mapping[str, str] = {}
    """field -> column"""
    labels: tuple[str, ...] | Mapping[str, str | tuple[str, ...]] = ()
    """label names in order, or label name -> how files write it"""
    options: Mapping[str, Any] = {}
    """other options of the kind"""

    def paths(self, folder: Path, split: str) -> dict[str, Path]:
        """The files by split; one file alone stands for `split`."""
        if bool(self.file) == bool(self.files):
            raise InputError("names no file, or both one and several", field="files", mend="Give file or files.")
        given = self.files or {split: self.file or ""}
        for word in given:
            if word not in SPLITS:
                raise InputError(f"'{word}' is no split", field="files", mend=nearest(word, SPLITS))
        paths = {SPLITS[word]: folder / file for word, file in given.items()}
        if len(paths) < len(given):
            raise InputError("names two files for one split", field="files", mend="Keep one of them.")
        return paths

    def label_space(self) -> dict[str, Any]:
        """The labels and their aliases as options of the kind."""
        if not isinstance(self.labels, Mapping):
            return {"labels": self.labels} if self.labels else {}
        written = {name: (forms,) if isinstance(forms, str) else forms for name, forms in self.labels.items()}
        pairs = [(form, name) for name, forms in written.items() for form in forms]
        if len(dict(pairs)) < len(pairs):
            raise InputError("one form stands for two labels", field="labels", mend="Give each label forms of its own.")
        return {"labels": tuple(written), "aliases": dict(pairs)}


def read_task_file(path: Path, split: str) -> Draft:
    """The draft a YAML task file describes; InputError with the file and the field at fault."""
    try:
        said = TaskFile(**_load(path))
        files, labels = said.paths(path.parent, split), said.label_space()
    except (ConfigError, InputError) as error:
        raise InputError(error.message, file=path, field=error.field, mend=error.mend) from None
    tables = read_splits(files)
    name = said.name or stem(path)
    return Draft(name, tables, said.columns, said.kind, said.options, labels, place=str(path))


def _load(path: Path) -> Mapping[str, Any]:
    import yaml

    if path.stat().st_size > MAX_BYTES:
        raise InputError("is too large for a task file", mend="Name the data under 'file' or 'files'.")
    try:
        said = yaml.load(read_document(path), Loader=yaml.BaseLoader)  # noqa: S506  # makes texts, lists, mappings only
    except (yaml.YAMLError, RecursionError) as error:
        raise InputError(f"is no valid YAML ({_reason(error)})", mend="Correct it.") from None
    if not isinstance(said, dict) or not all(isinstance(key, str) for key in said):
        raise InputError("is no mapping", mend="Write 'file: reviews.csv', one setting a line.")
    return said


def _reason(error: Exception) -> str:
    """What a YAML parser found wrong, and on which line."""
    problem, mark = getattr(error, "problem", None), getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}: {problem}" if problem and mark else " ".join(str(error).split())
