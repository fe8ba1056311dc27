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
        """The rows, all cells as text: quoted as spreadsheets write them, else with quotes as plain characters.

        Quotes are plain where they cannot be read as quotes, and where they would join lines that are rows each.
        """
        try:
            table = read_delimited(path, "\t")
        except InputError as error:
            if (plain := _plain(path)) is None:
                raise error from None
            return plain
        return (_joins_lines(table) and _plain(path)) or table


def _joins_lines(table: Table) -> bool:
    """Whether a cell holds a line feed; where there is one column, a line of a text looks like a row."""
    return len(table.columns) > 1 and any("\n" in cell for record in table.records for cell in record.values())


def _plain(path: Path) -> Table | None:
    """The table with quotes as plain characters; None where its rows are not of one width."""
    try:
        table = read_delimited(path, "\t", quoted=False)
    except InputError:
        return None
    return replace(table, notes=(f"{path.name}: quotes are read as plain characters",))
