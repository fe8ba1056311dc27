"""Tables whose first row stands where column names should."""

from __future__ import annotations

from crosstask.errors import InputError
from crosstask.tasks.columns import Columns
from crosstask.tasks.kind import Kind
from crosstask.tasks.table import Table


def require_header(table: Table, columns: Columns, found: Kind, place: str | None) -> None:
    """Refuse a table that a kind was found in where the name of its target's column is no name."""
    column = found.columns.get(found.target)
    if column is None or column not in columns.values[column] or columns.headed(found.inputs.values()):
        return
    again = next((row for row, record in enumerate(table.records, 1) if all(record[it] == it for it in record)), None)
    if again is not None:
        raise InputError("the column names come again", file=table.file, row=again, mend="Delete the row.")
    message = "the first row looks like data, not like column names"
    mend = f"Put a line of column names first. If it is one, name the column: {_naming(found.target, column, place)}."
    raise InputError(message, file=table.file, field=column, mend=mend)


def _naming(field: str, column: str, place: str | None) -> str:
    """What a user writes to say which column a field is."""
    return f"{place}:{field}={column}" if place else f"columns={{'{field}': '{column}'}}"
