"""Keys in a temporary file, so that any can be read again and none has to be held."""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from crosstask.tasks.checks.keys import Key
from crosstask.tasks.checks.temporary import Temporary


class Spool(Temporary):
    """Keys by their number, counted from 0 in the order in which they were added; all of them before the first read.

    A context manager: the file goes when it is left.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ends = array("Q", [0])

    def extend(self, keys: Iterable[Key]) -> None:
        """Add keys."""
        for key in keys:
            written = self._file.write("\n".join(key).encode("utf-8", "surrogatepass"))
            self._ends.append(self._ends[-1] + written)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> Key:
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return tuple(self._file.read(end - start).decode("utf-8", "surrogatepass").split("\n"))
