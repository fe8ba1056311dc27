"""A table read from a file or given in Python: column names and records, before any task is made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crosstask.errors import InputError

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Table:
    """Records in order; the row number of a record is its place counted from 1.

    `notes` are what reading decided on the user's behalf. `hidden` are columns of class names that hold none in any
    row, as the labels of a contest's test split: a split is left out where its target is one of them.
    `plain` says that each record is a text as people write it, given alone.
    """

    columns: tuple[str, ...]
    records: Sequence[Record] = field(repr=False)
    file: str | None = None
    notes: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    plain: bool = False

    @classmethod
    def of_records(cls, records: Sequence[Record], file: str | None = None) -> Table:
        """The table of records whose columns are the keys of any of them, in order of appearance."""
        columns = dict.fromkeys(key for record in records for key in record)
        return cls(tuple(columns), records, file)


def require_distinct(columns: Sequence[str], file: str | None) -> None:
    """Refuse two columns of one name."""
    name, count = Counter(columns).most_common(1)[0] if columns else ("", 0)
    if count > 1:
        message = f"{count} columns have {'this' if name else 'no'} name"
        raise InputError(message, file=file, field=name, mend="Rename all but one.")
