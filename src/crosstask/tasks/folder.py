"""A folder with one file a split."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from crosstask.errors import InputError
from crosstask.tasks.draft import Draft
from crosstask.tasks.reader import READERS, read_table, stem, suffix
from crosstask.tasks.table import Table
from crosstask.tasks.task import SPLITS


def read_folder(folder: Path) -> Draft:
    """The files called train, validation (valid, val, dev) and test; other files are not looked at."""
    files: dict[str, Path] = {}
    for split, file in _split_files(folder):
        if split in files:
            message = f"two files for {split}: {files[split].name} and {file.name}"
            raise InputError(message, file=folder, mend="Keep one of them.")
        files[split] = file
    if not files:
        raise InputError("holds no train, validation or test file", file=folder, mend="Add train.csv or train.jsonl.")
    return Draft(folder.resolve().name, read_splits(files), place=str(folder))


def read_splits(files: dict[str, Path]) -> dict[str, Table]:
    """The tables of the files by split, train first."""
    return {split: read_table(files[split]) for split in dict.fromkeys(SPLITS.values()) if split in files}


def _files(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        message = f"cannot be read ({error.strerror or error})"
        raise InputError(message, file=folder, mend="Check the folder.") from None


def _split_files(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in _files(folder):
        split = SPLITS.get(stem(file).lower())
        if split is not None and suffix(file) in READERS.names():
            yield split, file
