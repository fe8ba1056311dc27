"""Notes, tables and progress on standard error: rich where a person watches, plain lines in a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from crosstask.ui import Bar, printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

LOG_WIDTH = 120
LOG_EVERY = 5.0  # seconds between two progress lines of a log
_SHORT = 1.0  # seconds of what needs no line to say that it is done


class Terminal:
    """A `Ui` on standard error. In a file or a pipe it writes no control characters and progress only now and then."""

    def __init__(self) -> None:
        from rich.console import Console

        width = None if sys.stderr.isatty() else LOG_WIDTH
        self._console = Console(stderr=True, width=width, highlight=False, markup=False, emoji=False)

    def note(self, text: str) -> None:
        """One line a person should see."""
        self._console.print(printable(text), soft_wrap=True)

    def table(self, title: str, rows: Sequence[Sequence[Any]]) -> None:
        """A table; the first row is its header, numbers stand to the right, and what is too wide is folded, not cut."""
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        header, *body = rows
        table = Table(box=SIMPLE_HEAD, pad_edge=False)
        for column, name in enumerate(header):
            numbers = body and all(isinstance(row[column], int | float) for row in body)
            table.add_column(Text(str(name)), justify="right" if numbers else "left", overflow="fold")
        for row in body:
            table.add_row(*(Text(_cell(value)) for value in row))
        self._console.print(Text(title, style="bold"), soft_wrap=not self._console.is_terminal)
        self._console.print(table)

    @contextmanager
    def progress(self, what: str, total: float | None) -> Iterator[Bar]:
        """A progress bar while the context is open; bars opened within it stand below it."""
        if not self._console.is_terminal:
            yield _LogBar(self._console, what, total)
            return
        with _live_progress(self._console) as live:
            yield _LiveBar(live, live.add_task(what, total=total, facts=""))


class _LiveBar:
    def __init__(self, live: Progress, task: TaskID) -> None:
        self._live, self._task = live, task

    def advance(self, amount: float = 1.0, **facts: Any) -> None:
        shown: dict[str, Any] = {"facts": _facts(facts)} if facts else {}
        self._live.update(self._task, advance=amount, **shown)


class _LogBar:
    """Progress in a log: a line every few seconds, and one at the end; times are [passed<left], as tqdm has them."""

    def __init__(self, console: Console, what: str, total: float | None) -> None:
        self._console, self._what, self._total = console, what, total
        self._done = 0.0
        self._start = self._spoke = time.monotonic()

    def advance(self, amount: float = 1.0, **facts: Any) -> None:
        self._done += amount
        now = time.monotonic()
        ended = self._done == self._total and (facts or now - self._start >= _SHORT)
        if now - self._spoke >= LOG_EVERY or ended:
            self._spoke = now
            self._console.print(self._line(now - self._start, facts), soft_wrap=True)

    def _line(self, elapsed: float, facts: dict[str, Any]) -> str:
        if not self._total:
            return f"{self._what}: {self._done:,.0f} {_facts(facts)}".rstrip()
        share = self._done / self._total
        times = f"{_clock(elapsed)}<{_clock(elapsed / share - elapsed)}" if share < 1 else _clock(elapsed)
        return ", ".join(filter(None, [f"{self._what}: {share:.0%} [{times}]", _facts(facts)]))


def _live_progress(console: Console) -> Progress:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = [
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[facts]}", markup=False),
        TimeRemainingColumn(elapsed_when_finished=True),
    ]
    return Progress(*columns, console=console)


def _clock(seconds: float) -> str:
    """Minutes and seconds, in no language.

    >>> _clock(75.4)
    '1:15'
    """
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def _facts(facts: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_cell(value)}" for name, value in facts.items())


def _cell(value: Any) -> str:
    return f"{value:.3f}" if isinstance(value, float) else printable(str(value))
