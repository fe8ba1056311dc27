"""Parquet files, through pyarrow."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

from crosstask.errors import InputError
from crosstask.tasks.bounded import MAX_FILE, ByteStream, open_bytes
from crosstask.tasks.reader import Reader
from crosstask.tasks.reread import Reread
from crosstask.tasks.table import Record, Table, require_distinct

_BATCH = 1024
"""Rows that are held at once."""


class Parquet(Reader):
    """The columns of a Parquet file, whatever their types."""

    def read(self, path: Path) -> Table:
        """The rows as plain Python values."""
        with _opened(path) as file:
            columns = tuple(file.schema_arrow.names)
            require_distinct(columns, str(path))
        return Table(columns, Reread.counted(partial(_records, path)), str(path))


def _records(path: Path) -> Iterator[Record]:
    with _opened(path) as file:
        for batch in file.iter_batches(_BATCH):
            batch.validate(full=True)
            yield from batch.to_pylist()


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file, within bounds; an InputError where it cannot be read, then or later."""
    import pyarrow
    import pyarrow.parquet

    try:
        with _seekable(path) as stream:
            file = pyarrow.parquet.ParquetFile(stream)
            _require_bounds(file.metadata, path)
            yield file
    except (pyarrow.ArrowException, OSError, ValueError, OverflowError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"is a damaged Parquet file ({reason})", file=path, mend="Make or fetch it anew.") from None


def _require_bounds(metadata: Any, path: Path) -> None:
    size = sum(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups))
    if size > MAX_FILE:
        raise InputError(f"holds {size / 2**30:.1f} GiB", file=path, mend=f"Give at most {MAX_FILE >> 30} GiB of it.")


@contextmanager
def _seekable(path: Path) -> Iterator[ByteStream]:
    """The file's bytes; those of a zipped one unpacked to a temporary file, because Parquet is read from its end."""
    with open_bytes(path) as stream, tempfile.TemporaryFile() as unpacked:
        if not path.name.lower().endswith(".gz"):
            yield stream
            return
        _unpack(stream, unpacked, path)
        yield unpacked


def _unpack(stream: ByteStream, target: IO[bytes], path: Path) -> None:
    size = 0
    while chunk := stream.read(1 << 20):
        size += len(chunk)
        if size > MAX_FILE:
            raise InputError(f"unpacks to more than {MAX_FILE >> 30} GiB", file=path, mend="Give a part of it.")
        target.write(chunk)
