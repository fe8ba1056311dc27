"""One JSON list of objects, their keys the columns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.bounded import read_document
from crosstask.tasks.reader import Reader
from crosstask.tasks.readers.jsonl import parse, require_object
from crosstask.tasks.table import Record, Table


class Json(Reader):
    """A list of rows in one document; longer files are better written as JSON lines."""

    def read(self, path: Path) -> Table:
        """The objects of the list; a key that one lacks is a null there."""
        try:
            rows = parse(read_document(path))
        except InputError as error:
            raise error.at(path) from None
        if not isinstance(rows, list):
            raise InputError("is no list of rows", file=path, mend="Write [{...}, ...], or rows as .jsonl.")
        return Table.of_records(list(_objects(rows, path)), str(path))


def _objects(rows: list[Any], path: Path) -> Iterator[Record]:
    for number, row in enumerate(rows, start=1):
        try:
            yield require_object(row)
        except InputError as error:
            raise error.at(path, number) from None
