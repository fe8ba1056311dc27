"""The commands that people are told to run next run where they are told."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from crosstask.command import command_line


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder; PATH holds its folder `bin` alone."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def script(path: Path) -> Path:
    """An executable at `path` that says what it was called with."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\nimport sys\nprint(sys.argv[1:])\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("place", ["on PATH", "below", "elsewhere", "here"])
def test_a_line_runs_as_it_stands(place: str, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = {
        "on PATH": (here / "bin" / "crosstask", "crosstask"),
        "below": (here / "my venv" / "crosstask", "./my venv/crosstask"),
        "elsewhere": (here / "venv" / "crosstask", str(here / "venv" / "crosstask")),
        "here": (here / "crosstask", "./crosstask"),
    }
    path, expected = places[place]
    monkeypatch.setattr(sys, "argv", [str(script(path))])
    if place == "elsewhere":
        (here / "work").mkdir()
        monkeypatch.chdir(here / "work")
    line = command_line("predict", Path("my runs"), "it's late")
    assert shlex.split(line)[0] == expected
    said = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True).stdout
    assert said.strip() == str(["predict", "my runs", "it's late"])


def test_without_any_script_this_python_is_named(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [str(here / "__main__.py")])
    said = subprocess.run(["/bin/sh", "-c", command_line("--version")], capture_output=True, text=True, check=True)
    assert said.stdout[0].isdigit()
