"""Parquet files, through pyarrow."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from crosstask.errors import InputError
from crosstask.tasks.bounded import MAX_FILE, ByteStream, open_bytes
from crosstask.tasks.reader import Reader
from crosstask.tasks.table import Table, require_distinct


class Parquet(Reader):
    """The columns of a Parquet file, whatever their types."""

    def read(self, path: Path) -> Table:
        """All rows as plain Python values."""
        with _seekable(path) as stream:
            return _read(stream, path)


def _read(stream: ByteStream, path: Path) -> Table:
    import pyarrow
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(stream)
        _require_bounds(file.metadata, path)
        require_distinct(file.schema_arrow.names, str(path))
        table = file.read()
        table.validate(full=True)
        return Table(tuple(table.column_names), table.to_pylist(), str(path))
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
