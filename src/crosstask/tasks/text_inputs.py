"""The inputs of kinds that read one text or a pair of texts: finding their columns, and reading a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.cells import text_cell
from crosstask.tasks.columns import Columns
from crosstask.tasks.kind import Kind
from crosstask.tasks.task import Example


def text_columns(columns: Columns, named: Mapping[str, str], target: str | None) -> tuple[str, str | None] | None:
    """The columns of `text` and `text_pair`, named or detected beside the column of the target; None where untold."""
    first, second = named.get("text"), named.get("text_pair")
    if first is None and second is None and (pair := columns.pair(but=[target])):
        return pair
    text = first or columns.text(but=[second, target])
    return None if text is None else (text, second)


def read_example(
    kind: Kind, record: Mapping[str, Any], row: int, file: str | None, read_target: Callable[[Any, str], Any]
) -> Example:
    """The example of one record, its target read from cell and column; InputError that knows the file and the row."""
    column = kind.columns.get(kind.target)
    try:
        inputs = {name: text_cell(record.get(source), source) for name, source in kind.inputs.items()}
        target = None if column is None else read_target(record.get(column), column)
    except InputError as error:
        raise error.at(file, row) from None
    return Example(inputs, target, row)
