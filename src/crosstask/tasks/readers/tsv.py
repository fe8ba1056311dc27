"""Tab-separated values with a header line, with quoted cells or with quotes as plain characters."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crosstask.errors import InputError
from crosstask.tasks.reader import Reader
from crosstask.tasks.readers.csv import read_delimited
from crosstask.tasks.table import Table


class Tsv(Reader):
    """Rows of as many fields as the header; empty lines are passed over."""

    def read(self, path: Path) -> Table:
        """The rows, all cells as text: quoted as spreadsheets write them, else with quotes as plain characters."""
        try:
            return read_delimited(path, "\t")
        except InputError as error:
            return _read_plain(path, error)


def _read_plain(path: Path, quoted: InputError) -> Table:
    try:
        table = read_delimited(path, "\t", quoted=False)
    except InputError:
        raise quoted from None
    return replace(table, notes=(f"{path.name}: quotes are read as plain characters",))
