"""A report as a value, and the self-contained HTML page it becomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crosstask.reports.templates import fill

_NUMBER = re.compile(r"[-<+−]?\d[\d,.]*%?( \[[-+−\d., ]+\])?|–")


@dataclass(frozen=True)
class Table:
    """Rows of plain values under a header; `caption` says what they are, `strong` marks the row that matters."""

    caption: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    strong: int | None = None

    def is_numeric(self, column: int) -> bool:
        """Whether every cell of a column reads as a number, so that it is set flush right."""
        return bool(self.rows) and all(_NUMBER.fullmatch(str(row[column])) for row in self.rows)


@dataclass(frozen=True)
class Figure:
    """An SVG element with its caption, and `alt`: what it shows, for those who cannot see it."""

    svg: str
    caption: str
    alt: str


@dataclass(frozen=True)
class Command:
    """A shell command and what it does."""

    what: str
    line: str


@dataclass(frozen=True)
class Section:
    """A title and what stands under it: paragraphs, then figures side by side, tables and commands."""

    title: str
    text: Sequence[str] = ()
    figures: Sequence[Figure] = ()
    tables: Sequence[Table] = ()
    commands: Sequence[Command] = ()


@dataclass(frozen=True)
class Report:
    """A page: its title, the sentence to take home, sections, and the language of it all (`en`, `zh-CN`)."""

    title: str
    lead: str
    sections: Sequence[Section]
    language: str = "en"


def render(report: Report) -> str:
    """The report as one HTML file that asks nothing of the network and reads on paper, phones and dark screens."""
    return fill("page.html", report=report)
