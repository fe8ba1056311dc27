"""What steps say to people: notes, tables, progress. The rooms below the steps take a `Ui` and never print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

_CONTROL = re.compile(r"[^\t\n\x20-\x7e\xa0-\U0010ffff]")


class Bar(Protocol):
    """One running progress bar."""

    def advance(self, amount: float = 1.0, **facts: Any) -> None:
        """Move on by `amount`; `facts` (loss=0.31, rate="2,100 tokens/s") stand behind the bar."""


class Ui(Protocol):
    """Where notes, tables and progress go."""

    def note(self, text: str) -> None:
        """One line a person should see."""

    def table(self, title: str, rows: Sequence[Sequence[Any]]) -> None:
        """A table; the first row is its header."""

    def progress(self, what: str, total: float | None) -> AbstractContextManager[Bar]:
        """A progress bar while the context is open; `total` None where the end is unknown."""


def counted(count: int, one: str) -> str:
    """A count with its noun, in the plural where that is due.

    >>> counted(1, "row"), counted(1200, "row")
    ('1 row', '1,200 rows')
    """
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"


def printable(text: str) -> str:
    r"""The text with control characters, which would move the cursor or colour the terminal, written as escapes.

    >>> print(printable("a\x1b[31mred"))
    a\x1b[31mred
    """
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


class Silent:
    """A `Ui` that says nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def table(self, title: str, rows: Sequence[Sequence[Any]]) -> None:
        """Nothing."""

    @contextmanager
    def progress(self, what: str, total: float | None) -> Iterator[Bar]:
        """A bar that nobody sees."""
        yield _SilentBar()


class _SilentBar:
    def advance(self, amount: float = 1.0, **facts: Any) -> None: ...
