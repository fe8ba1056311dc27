"""Two verbs of an outsider, installed as a distribution would be: what the doors do is tried on them."""

from __future__ import annotations

from pathlib import Path

import pytest

VERBS = '''
"""Verbs of an outsider."""
import os
import signal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from crosstask.errors import InputError, Interrupted
from crosstask.step import Result, Step, TaskSources, choice, planned


class Echo(Step):
    """Say what was asked for.

    A second paragraph that is
    long enough for two lines.
    """

    positional: ClassVar[tuple[str, ...]] = ("name", "tasks")

    name: str
    """What to call it."""
    tasks: TaskSources = ()
    """The tasks."""
    labels_per_class: Annotated[int | None, Field(ge=1)] = None
    """Labels of each class."""
    shuffle: bool = True
    """Whether to shuffle."""
    test: bool = False
    """Whether to read the test split."""
    pooling: Literal["mean", "cls"] = "mean"
    """How to pool."""
    tint: Annotated[Any, choice("outside_verbs:TINTS")] = "plain"
    """The tint."""
    out: Path | None = None
    """Where to write."""

    def run(self, ui):
        print("noise of a library")
        ui.note(f"note of {self.name}")
        record = {**self.config(), "nan": float("nan")}
        return Result(self, record, show=lambda ui: ui.table("echo", [("field", "value"), *record.items()]))

    def plan(self, ui):
        return planned([f"echo {self.name}"], seconds=2, memory=2**20)


class Fail(Step):
    """Go wrong in one of several ways."""

    positional: ClassVar[tuple[str, ...]] = ("how",)

    how: str
    """The way."""

    def run(self, ui):
        if self.how == "input":
            raise InputError("the label is null", file="a.csv", row=3, field="label", mend="Give a label.")
        if self.how == "saved":
            raise Interrupted(saved="runs/a")
        if self.how == "terminated":
            os.kill(os.getpid(), signal.SIGTERM)
        if self.how == "lines":
            return Result(lines=({"number": number, "text": "\\u00fc\\ud800"} for number in range(100_000)))
        raise ValueError(f"unforeseen {self.how}")

    def plan(self, ui):
        return planned(["fail"])
'''

TINTS = '''
from crosstask.method import Method
from crosstask.registry import Registry


class Plain(Method):
    """No tint."""

    depth: int = 0
    """How deep."""


class Warm(Method):
    """A warm tint."""


TINTS = Registry("tint", "outside_tints", "outside.tints")
'''

ENTRY_POINTS = """
[crosstask.steps]
echo = outside_verbs:Echo
fail = outside_verbs:Fail
[outside.tints]
plain = outside_verbs:Plain
"""


@pytest.fixture
def outsider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path with the verbs `echo` and `fail`."""
    folder = tmp_path / "site"
    (folder / "outside-1.0.dist-info").mkdir(parents=True)
    (folder / "outside-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1.0\n")
    (folder / "outside-1.0.dist-info" / "entry_points.txt").write_text(ENTRY_POINTS)
    (folder / "outside_verbs.py").write_text(VERBS + TINTS, encoding="utf-8")
    (folder / "outside_tints").mkdir()
    (folder / "outside_tints" / "__init__.py").touch()
    (folder / "outside_tints" / "warm.py").write_text('"""A warm tint."""\nfrom outside_verbs import Warm as Warm\n')
    monkeypatch.syspath_prepend(folder)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder
