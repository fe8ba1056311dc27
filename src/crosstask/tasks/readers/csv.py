"""Comma-separated values with a header line, quoted as in RFC 4180."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal

from crosstask.errors import InputError
from crosstask.tasks.bounded import MAX_LINE, read_lines
from crosstask.tasks.reader import Reader
from crosstask.tasks.reread import Reread
from crosstask.tasks.table import Record, Table, require_distinct
from crosstask.ui import counted

_DELIMITERS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}


class Csv(Reader):
    """Rows of as many fields as the header; empty lines are passed over."""

    def read(self, path: Path) -> Table:
        """The rows, all cells as text."""
        return read_delimited(path, ",")


def read_delimited(path: Path, delimiter: str, quoted: bool = True) -> Table:
    """A delimited file with a header; InputError with the row where it is malformed."""
    lines = partial(_lines, path, delimiter, quoted)
    columns = tuple(next(lines(), ()))

    def records() -> Iterator[Record]:
        return (dict(zip(columns, fields, strict=True)) for fields in islice(lines(), 1, None))

    return Table(columns, Reread.counted(records), str(path))


def _lines(path: Path, delimiter: str, quoted: bool) -> Iterator[list[str]]:
    """The column names, then the cells of each row, checked against them."""
    columns: Sequence[str] = ()
    rows = 0
    try:
        for line, fields in _rows(path, delimiter, quoted):
            if columns:
                _require_width(fields, columns, line)
                rows += 1
            else:
                _require_header(fields, delimiter, path)
                columns = fields
            yield fields
    except InputError as error:
        raise error.at(path, rows + 1 if columns else None) from None


def _rows(path: Path, delimiter: str, quoted: bool) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with the number of its last line."""
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE
    rows = csv.reader(read_lines(path), delimiter=delimiter, quoting=quoting, strict=True)
    try:
        while (fields := _next_row(rows)) is not None:
            if fields:
                yield rows.line_num, fields
    except csv.Error as error:
        message = f"the quotes of line {rows.line_num} are not right ({error})"
        raise InputError(message, mend='Close the quote, and write "" for a quote within a text.') from None


def _next_row(rows: Iterator[list[str]]) -> list[str] | None:
    """The next row, its cells as long as a line may be; the csv module's own bound is for the whole process."""
    before = csv.field_size_limit(MAX_LINE)
    try:
        return next(rows, None)
    finally:
        csv.field_size_limit(before)


def _require_header(fields: Sequence[str], delimiter: str, path: Path) -> None:
    require_distinct(fields, str(path))
    other = next((mark for mark in _DELIMITERS if mark in fields[0]), None) if len(fields) == 1 else None
    if other is not None and other != delimiter:
        message = f"its one column is called '{fields[0]}': it seems to be separated by {_DELIMITERS[other]}"
        raise InputError(message, file=path, mend=f"Save it with {_DELIMITERS[delimiter]} between the columns.")


def _require_width(fields: Sequence[str], columns: Sequence[str], line: int) -> None:
    if len(fields) != len(columns):
        raise InputError(
            f"line {line} has {counted(len(fields), 'field')} where the header has {len(columns)}",
            mend="Quote texts that hold the delimiter, or correct the row.",
        )
