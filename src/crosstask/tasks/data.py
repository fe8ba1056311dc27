"""Data given in Python: lists of rows, DataFrames, hub data sets."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.draft import Draft
from crosstask.tasks.reread import Reread
from crosstask.tasks.table import Record, Table, require_distinct
from crosstask.tasks.task import SPLITS

_WIDTHS = {2: ("text", "label"), 3: ("text", "text_pair", "label")}
_BATCH = 1024  # rows of a hub data set that are held at once


def read_data(data: Any, split: str, tuple_columns: Sequence[str] = ()) -> Draft:
    """The draft of a DataFrame, a `datasets.Dataset` or a list of rows, or of a mapping of splits to these.

    A row of a list is a mapping or a tuple: (text, label), (text, text_pair, label), or `tuple_columns` where given;
    with one such column a row may also be the value alone.
    """
    if not isinstance(data, Mapping):
        return Draft("task", {split: _table(data, tuple_columns)})
    left = [str(word) for word in data if word not in SPLITS]
    tables = {SPLITS[word]: _table(part, tuple_columns) for word, part in data.items() if word in SPLITS}
    if not tables:
        raise InputError(f"no train, validation or test among {', '.join(left) or 'nothing'}", mend="Give train.")
    return Draft("task", tables, notes=tuple(f"the split {word} is not used" for word in left))


def _table(data: Any, tuple_columns: Sequence[str]) -> Table:
    table = _columns_and_rows(data, tuple_columns)
    if not table.records:
        raise InputError("the data has no rows", mend="Give at least one row.")
    return table


def _columns_and_rows(data: Any, tuple_columns: Sequence[str]) -> Table:
    if _is(data, "pandas", "DataFrame"):
        return _from_frame(data)
    if _is(data, "datasets", "Dataset"):
        return _from_dataset(data)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes):
        return _from_list(data, tuple_columns)
    raise InputError(
        f"data of type {type(data).__name__} cannot be read", mend="Give a file, a DataFrame or a list of rows."
    )


def _is(data: Any, library: str, name: str) -> bool:
    """Whether `data` is of a library's class; a library not yet imported has made no object."""
    module = sys.modules.get(library)
    return module is not None and isinstance(data, getattr(module, name, ()))


def _from_frame(frame: Any) -> Table:
    columns = tuple(str(name) for name in frame.columns)
    require_distinct(columns, None)
    plain = frame.astype(object).where(frame.notna(), None)
    rows = ([_listed(cell) for cell in row] for row in plain.itertuples(index=False, name=None))
    return Table(columns, [dict(zip(columns, row, strict=True)) for row in rows])


def _listed(cell: Any) -> Any:
    """A cell, an array of several values as a list: arrays compare by element, not as one value."""
    return cell.tolist() if getattr(cell, "ndim", 0) else cell


def _from_dataset(dataset: Any) -> Table:
    """Rows of a hub data set, class numbers as class names; -1 stands for no label there."""
    names = {column: labels for column, kind in dataset.features.items() if (labels := _class_names(kind))}
    records = Reread(partial(_named_records, dataset, names), len(dataset))
    hidden = (column for column in names if all(_is_hidden(record[column]) for record in records))
    return Table(tuple(dataset.column_names), records, hidden=frozenset(hidden))


def _class_names(kind: Any) -> Sequence[str] | None:
    """The names of the classes that a column of a hub data set holds, alone or in lists; None where it holds others."""
    while hasattr(kind, "feature"):
        kind = kind.feature
    return getattr(kind, "names", None)


def _named_records(dataset: Any, names: Mapping[str, Sequence[str]]) -> Iterator[Record]:
    for start in range(0, len(dataset), _BATCH):
        for record in dataset.select(range(start, min(start + _BATCH, len(dataset)))).to_list():
            yield {**record, **{column: _class_name(record[column], labels) for column, labels in names.items()}}


def _class_name(number: Any, labels: Sequence[str]) -> Any:
    """The name of a class, of a list of them each; None where there is no label."""
    if isinstance(number, list):
        return [_class_name(one, labels) for one in number]
    return None if number is None or number < 0 else labels[number]


def _is_hidden(cell: Any) -> bool:
    """Whether a cell of class names holds none, nor says that there are none, as an empty list does."""
    return bool(cell) and all(map(_is_hidden, cell)) if isinstance(cell, list) else cell is None


def _from_list(rows: Sequence[Any], tuple_columns: Sequence[str]) -> Table:
    if all(isinstance(row, Mapping) for row in rows):
        return Table.of_records([{str(name): value for name, value in row.items()} for row in rows])
    width = len(rows[0]) if isinstance(rows[0], Sequence) else 0
    columns = tuple_columns or _WIDTHS.get(width, ("text", "label"))
    records = [_record(row, number, columns) for number, row in enumerate(rows, start=1)]
    return Table(tuple(columns), records, plain=all(isinstance(row, str) for row in rows))


def _record(row: Any, number: int, columns: Sequence[str]) -> Record:
    cells = [row] if isinstance(row, str) else row
    if not isinstance(cells, Sequence) or len(cells) != len(columns):
        wanted = f"({', '.join(columns)})"
        raise InputError(f"{row!r:.80} is no row {wanted}", row=number, mend=f"Give {wanted} tuples, or mappings.")
    return dict(zip(columns, cells, strict=True))
