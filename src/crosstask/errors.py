"""The errors a user can meet: what is wrong, where, and the mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar, Self


class CrosstaskError(Exception):
    """A mistake the user can mend; the command line prints it as one line and exits with 2.

    Attributes say what is wrong (`message`), where (`file`, `row` counted from 1, `field`) and how to
    put it right (`mend`, an imperative sentence).
    """

    kind: ClassVar[str] = "error"
    place: ClassVar[str] = "field"

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        row: int | None = None,
        field: str | None = None,
        mend: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = None if file is None else str(file)
        self.row = row
        self.field = field
        self.mend = mend

    def __str__(self) -> str:
        where = [self.file] if self.file else []
        where += [f"row {self.row}"] if self.row is not None else []
        where += [f"{self.place} '{self.field}'"] if self.field else []
        line = f"{', '.join(where)}: {self.message}" if where else self.message
        line = f"{line.rstrip('.')}. {self.mend}" if self.mend else line
        return " ".join(line.split())

    def at(self, file: str | Path | None = None, row: int | None = None) -> Self:
        """The same error with the file and the row where it was met, as far as they are given.

        >>> str(InputError("is empty", field="text").at("a.csv", 3))
        "a.csv, row 3, field 'text': is empty"
        """
        self.file = self.file if file is None else str(file)
        self.row = self.row if row is None else row
        return self

    def to_json(self) -> dict[str, str | int | None]:
        """The error as the `--json` door prints it, under the key `error`."""
        return {
            "kind": self.kind,
            "message": self.message,
            "file": self.file,
            "row": self.row,
            "field": self.field,
            "mend": self.mend,
        }


class InputError(CrosstaskError):
    """A file or a value that holds the wrong data."""

    kind = "input"


class ConfigError(CrosstaskError):
    """An option with a value that cannot be used."""

    kind = "config"
    place = "option"


class NotFound(CrosstaskError):
    """A name that stands for nothing known."""

    kind = "not-found"
    place = "option"


class ShelfError(CrosstaskError):
    """A shelf item that could not be fetched, checked or converted."""

    kind = "shelf"


class BundleError(CrosstaskError):
    """A bundle that is damaged or does not fit what is asked of it."""

    kind = "bundle"


class OutputError(CrosstaskError):
    """An output place that is taken or cannot be written."""

    kind = "output"


class Interrupted(KeyboardInterrupt):
    """Work stopped by Ctrl-C or SIGTERM after its state was saved.

    `saved` names what is on disk; `resume` is the command that goes on from there, None where the same call does.
    """

    def __init__(self, saved: str | Path | None = None, resume: str | None = None) -> None:
        super().__init__("interrupted")
        self.saved = None if saved is None else str(saved)
        self.resume = resume


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence naming the known names nearest to `name`, or all of them where none is near."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Known: {', '.join(names)}." if names else "None is known."
