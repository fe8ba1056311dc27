"""Names too long for a file and places that may not be read, through every verb: one line, and nothing written."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bad_files import GOOD

import crosstask
from bundles import REVIEWS, random_bundle
from crosstask.errors import InputError
from crosstask.ui import Silent

LONG = "n" * 300

LINES = [
    ["finetune", LONG],
    ["inspect", f"{LONG}.csv:text=body"],
    ["evaluate", "bundle", "--task", LONG],
    ["predict", "bundle", "--input", f"{LONG}.csv"],
    ["predict", "bundle", "a film", "--head", LONG],
    ["predict", "bundle", "a film", "--out", LONG],
    ["predict", LONG, "a film"],
    ["evaluate", f"gone/{LONG}", "--task", "good.csv"],
    ["export", f"{LONG}/bundle", "--out", "out"],
    ["export", "bundle", "--out", LONG],
    ["export", "bundle", "--out", LONG, "--dry-run"],
    ["finetune", "good.csv", "--model", LONG, "--out", "out"],
    ["finetune", "good.csv", "--model", "tiny", "--out", LONG],
    ["finetune", "good.csv", "--model", "tiny", "--out", LONG, "--dry-run"],
    ["inspect", "good.csv", "--model", LONG],
    ["finetune", "long.yaml", "--model", "tiny", "--out", "out"],
    ["fetch", LONG],
]


@pytest.fixture
def here(tmp_path: Path, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("tiny").symlink_to(tiny_checkpoint)
    Path("good.csv").write_text(GOOD)
    Path("long.yaml").write_text(f"file: {LONG}.csv")
    random_bundle(tiny_checkpoint, tmp_path / "bundle", {"reviews": REVIEWS})
    return tmp_path


def test_a_long_name_is_one_line(here: Path, run_cli: Callable[..., Any]) -> None:
    before = sorted(here.rglob("*"))
    for line in LINES:
        answer = run_cli(*line, "--json")
        assert (answer.code, answer.record["error"]["mend"] is not None) == (2, True), line
        assert "Traceback" not in answer.stderr
    assert sorted(here.rglob("*")) == before


def test_a_task_of_a_long_name_has_a_name_that_fits_into_a_bundle(here: Path, run_cli: Callable[..., Any]) -> None:
    file = Path("评" * 80 + ".csv")  # 240 bytes, as long as a file name can be
    file.write_text(GOOD)
    answer = run_cli("finetune", file, "--model", "tiny", "--steps", 1, "--json")
    assert answer.code == 0, answer.stderr
    (name,) = answer.record["tasks"]
    assert name == "评" * 26
    assert run_cli("predict", answer.record["bundle"], "a film").lines[0]["task"] == name


def test_a_task_made_in_python_with_a_long_name_is_refused_before_it_is_trained(here: Path) -> None:
    task = replace(crosstask.open_task("good.csv"), name=LONG)
    with pytest.raises(InputError, match="the task's name is too long for a file name"):
        crosstask.finetune(task, model="tiny", out="out", ui=Silent())
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["predict", "bundle", "a film"], "bundle: cannot be read"),
        (["export", "bundle", "--out", "out"], "bundle: cannot be read"),
        (["inspect", "good.csv", "--model", "tiny"], "tiny: the model folder cannot be read"),
    ],
)
def test_a_folder_that_may_not_be_read_is_one_line(
    line: list[str], says: str, here: Path, run_cli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("bundle/crosstask.json").unlink()  # as it looks to who may not look into the folder
    monkeypatch.setattr(os, "access", lambda *_: False)  # rights do not bind root
    answer = run_cli(*line)
    assert answer.code == 2
    assert answer.stderr.endswith(f"crosstask: {says}. Check its permissions.\n")
