"""The contract of a file reader, and reading a file by its suffix."""

from __future__ import annotations

from abc import abstractmethod
from pathlib import Path

from crosstask.disk import exists
from crosstask.errors import InputError, nearest
from crosstask.method import Method
from crosstask.registry import Registry
from crosstask.tasks.table import Table


class Reader(Method):
    """Reads one kind of file; `tasks/readers/NAME.py` reads files that end in `.NAME` or `.NAME.gz`."""

    @abstractmethod
    def read(self, path: Path) -> Table:
        """The file as a table; InputError with file and row where any of it is damaged.

        The file exists and holds at least one byte. A table without records is refused by the caller. Where the form
        of the file allows it, the table holds no records: they are read anew each time they are gone through.
        """


READERS: Registry[Reader] = Registry("file reader", "crosstask.tasks.readers", "crosstask.readers")


def suffix(path: Path) -> str:
    """The name of the reader a file asks for: its suffix in lower case, without the dot and without `.gz`.

    >>> suffix(Path("reviews.CSV.gz"))
    'csv'
    """
    return Path(path.name.lower().removesuffix(".gz")).suffix.removeprefix(".")


def stem(path: Path) -> str:
    """The file's name without its suffixes: `reviews` for `reviews.csv.gz`."""
    whole = Path(path.name[:-3]) if path.name.lower().endswith(".gz") else path
    return whole.stem


def read_table(path: Path) -> Table:
    """The table in a file, read by the reader of its suffix; at least one row, or an InputError."""
    name = suffix(path)
    if name not in READERS.names():
        raise _unread(path, name)
    _require_bytes(path)
    table = READERS.get(name)().read(path)
    if not table.records:
        message = "has column names but no rows" if table.columns else "is empty"
        raise InputError(message, file=path, mend="Give a file with at least one row.")
    return table


def _unread(path: Path, name: str) -> InputError:
    known = [f".{reader}" for reader in READERS.names()]
    message = f"files that end in '.{name}' are not read" if name else "has no ending that says what it holds"
    return InputError(message, file=path, mend=nearest(f".{name}", known))


def _require_bytes(path: Path) -> None:
    if not exists(path):
        raise InputError("does not exist", file=path, mend="Check the path.")
    if path.is_dir():
        raise InputError("is a folder where a file is expected", file=path, mend="Give a file in it.")
    if not path.is_file():
        message = "is a pipe or a device, and a file is read more than once"
        raise InputError(message, file=path, mend="Write it to a file first.")
    if path.stat().st_size == 0:
        raise InputError("is empty (0 bytes)", file=path, mend="Give a file with at least one row.")
