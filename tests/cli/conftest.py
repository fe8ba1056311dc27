"""Two verbs of an outsider, installed as a distribution would be, and a folder in which a line must be refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_files import GOOD

from bundles import REVIEWS, random_bundle

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


@pytest.fixture(scope="session")
def whole_bundle(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_bundle(tiny_checkpoint, tmp_path_factory.mktemp("whole") / "bundle", {"reviews": REVIEWS})


@pytest.fixture
def here(tmp_path: Path, tiny_checkpoint: Path, whole_bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: good.csv, the checkpoint `tiny`, and a bundle."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "good.csv").write_text(GOOD)
    shutil.copytree(tiny_checkpoint, folder / "tiny")
    shutil.copytree(whole_bundle, folder / "bundle")
    return folder


def contents(folder: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


def where(error: dict[str, Any]) -> str:
    """How the line begins, which names all that the error object names."""
    row, place = f"row {error['row']}", "option" if error["kind"] in ("config", "not-found") else "field"
    named = [error["file"], error["row"] and row, error["field"] and f"{place} '{error['field']}'"]
    return f"{', '.join(filter(None, named))}: " if any(named) else ""


@pytest.fixture
def refused(run_cli: Callable[..., Any], here: Path) -> Callable[..., dict[str, Any]]:
    """Runs a line that must fail as a user's mistake does; gives the error object of --json."""

    def run(*line: object) -> dict[str, Any]:
        before = contents(here)
        answer = run_cli(*line, "--json")
        assert answer.code == 2, answer.stderr
        assert "Traceback" not in answer.stderr
        *notes, last = answer.stderr.splitlines()
        assert not [note for note in notes if note.startswith("crosstask: ")]
        error: dict[str, Any] = answer.record["error"]
        assert list(error) == ["kind", "message", "file", "row", "field", "mend"]
        assert error["mend"]
        assert error["mend"][-1] in ".?"
        assert last == f"crosstask: {where(error)}{error['message']}. {error['mend']}"
        assert contents(here) == before
        return error

    return run
