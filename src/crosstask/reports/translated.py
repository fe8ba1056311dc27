"""A `Ui` that says in another language what the rooms below it say in English."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from crosstask.ui import Bar, Ui


@dataclass(frozen=True)
class Translated:
    """Passes everything on to `ui`, notes and progress in the words that `heard` has for them.

    `heard` holds regular expressions for whole texts, each with what stands in its place; a text that none of them
    knows stays as it is. Tables come from above and are passed on as they are.
    """

    ui: Ui
    heard: Mapping[str, str]

    def note(self, text: str) -> None:
        """One line, translated."""
        self.ui.note(self.said(text))

    def table(self, title: str, rows: Sequence[Sequence[Any]]) -> None:
        """The table as it is."""
        self.ui.table(title, rows)

    @contextmanager
    def progress(self, what: str, total: float | None) -> Iterator[Bar]:
        """A progress bar whose name and facts are translated."""
        with self.ui.progress(self.said(what), total) as bar:
            yield _TranslatedBar(bar, self)

    def said(self, text: str) -> str:
        """A text in the other language; the first of the expressions that knows it decides."""
        found = ((re.fullmatch(expression, text), words) for expression, words in self.heard.items())
        return next((match.expand(words) for match, words in found if match), text)


@dataclass(frozen=True)
class _TranslatedBar:
    bar: Bar
    by: Translated

    def advance(self, amount: float = 1.0, **facts: Any) -> None:
        said = {self.by.said(name): self.by.said(str(value)) for name, value in facts.items()}
        self.bar.advance(amount, **said)
