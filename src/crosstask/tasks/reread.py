"""Rows that are read anew each time they are gone through, and rows in parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, Self, TypeVar, overload

R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class Reread(Sequence[R], Generic[R]):
    """A sequence of which no more than one row is held: `start` begins to read anew, and gives so many `rows`.

    It is made for going through from the first row on: an index reads all the rows before its own.
    """

    start: Callable[[], Iterator[R]] = field(repr=False)
    rows: int

    @classmethod
    def counted(cls, start: Callable[[], Iterator[R]]) -> Self:
        """The rows, read once to the end: what is wrong with any of them is raised here."""
        return cls(start, sum(1 for _ in start()))

    def __iter__(self) -> Iterator[R]:
        return self.start()

    def __len__(self) -> int:
        return self.rows

    @overload
    def __getitem__(self, index: int) -> R: ...
    @overload
    def __getitem__(self, index: slice) -> list[R]: ...
    def __getitem__(self, index: int | slice) -> R | list[R]:
        places = range(self.rows)[index]
        if isinstance(places, int):
            return next(islice(self, places, None))
        forward = places if places.step > 0 else places[::-1]
        return list(islice(self, forward.start, max(0, forward.stop), forward.step))[:: 1 if places.step > 0 else -1]


def in_chunks(rows: Iterable[R], size: int) -> Iterator[list[R]]:
    """The rows in lists of this many, the last one of what is left.

    >>> list(in_chunks("abcde", 2))
    [['a', 'b'], ['c', 'd'], ['e']]
    """
    left = iter(rows)
    return iter(lambda: list(islice(left, size)), [])
