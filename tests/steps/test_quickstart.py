"""The quickstart end to end, with the shelf's own model and tweets but few steps."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosstask.steps import quickstart

SMALL = ("--draws", 2, "--labels-per-class", 2, "--source-rows", 16)


@pytest.fixture
def few_steps(starter: Path, tweets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quickstart, "SOURCE_OPTIONS", {"steps": 1})
    monkeypatch.setattr(quickstart, "TARGET_OPTIONS", {"steps": 2, "batch_size": 4})
    from crosstask.tasks import samples

    real = samples.open_sample
    monkeypatch.setattr(samples, "open_sample", lambda *given: _fewer_test_rows(real(*given)))


def _fewer_test_rows(task: Any) -> Any:
    from dataclasses import replace

    test = task.splits["test"]
    return task.with_splits(**{**task.splits, "test": replace(test, examples=test.examples[:24])})


@pytest.mark.usefixtures("few_steps")
def test_it_measures_reports_and_saves(run_cli: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "quick"
    first = run_cli("quickstart", "--out", out, *SMALL, "--json")
    assert first.code == 0
    record = first.record
    assert set(record["methods"]) == {
        "transfer", "direct", "linear probe", "TF-IDF + logistic regression", "majority",
    }  # fmt: skip
    assert all(0 <= found["accuracy"]["value"] <= 1 for found in record["methods"].values())
    assert sorted(path.name for path in out.iterdir()) == ["bundle", "quickstart.json", "report.html"]
    assert list(tmp_path.iterdir()) == [out]
    assert "<svg" in (out / "report.html").read_text(encoding="utf-8")
    told = json.loads((out / "bundle" / "crosstask.json").read_text(encoding="utf-8"))
    made_by, (reading,) = told["made_by"], told["test_reads"]
    assert reading["task"] == "sample:tweets-airlines"
    assert reading["rows"] == 24
    assert len(made_by) == (2 if record["decision"]["way"] == "transfer" else 1)

    again = run_cli("quickstart", "--out", out, *SMALL, "--json")
    assert again.code == 0
    assert again.record == record
    assert "done already" in again.stderr
    planned = run_cli("quickstart", "--out", out, *SMALL, "--dry-run", "--json").record["plan"]
    assert planned["actions"] == [f"leave {out} as it is: it is done already"]

    answer = run_cli("predict", out / "bundle", "two hours late again")
    assert answer.lines[0]["label"] in ("negative", "positive")

    other = run_cli("quickstart", "--out", out, "--draws", 1, "--labels-per-class", 2, "--json")
    assert other.code == 2
    assert "--overwrite" in other.record["error"]["mend"]


@pytest.mark.usefixtures("few_steps")
def test_dry_run_says_what_would_run(run_cli: Callable[..., Any], tmp_path: Path) -> None:
    def plan(*options: object) -> dict[str, Any]:
        answer = run_cli("quickstart", "--out", tmp_path / "quick", *options, "--dry-run", "--json")
        assert not list(tmp_path.iterdir())
        return answer.record

    small = ("--labels-per-class", 2, "--source-rows", 16)
    found, fewer = (plan("--draws", draws, *small)["plan"] for draws in (2, 1))
    assert "on 2 draws of 2 labels" in found["actions"][1]
    assert found["actions"][2] == f"write the bundle and the report to {tmp_path / 'quick'}"
    assert 0 < fewer["seconds"] < found["seconds"]
    assert found["memory"] > 100 * 2**20
    assert "Ask for at most" in plan("--source-rows", 10**6)["error"]["mend"]
