"""The quickstart end to end, with the shelf's own data but few steps."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from crosstask.runs.options import TrainingOptions
from crosstask.transfer import stories

SMALL = ("--draws", 2, "--labels-per-class", 2, "--source-rows", 16)


@pytest.fixture
def few_steps(starter: Path, tweets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    short = {
        "source_options": TrainingOptions(steps=1),
        "target_options": TrainingOptions(steps=2, batch_size=4),
        "watched": 8,
    }
    told = {language: replace(story, **short) for language, story in stories.STORIES.items()}
    monkeypatch.setattr(stories, "STORIES", told)
    from crosstask.tasks import samples

    real = samples.open_sample
    monkeypatch.setattr(samples, "open_sample", lambda *given: _fewer_test_rows(real(*given)))


def _fewer_test_rows(task: Any) -> Any:
    test = task.splits["test"]
    return task.with_splits(**{**task.splits, "test": replace(test, examples=test.examples[:24])})


@pytest.mark.usefixtures("few_steps")
def test_it_measures_reports_and_saves(run_cli: Callable[..., Any], tmp_path: Path) -> None:
    out = tmp_path / "quick"
    first = run_cli("quickstart", "--out", out, *SMALL, "--json")
    assert first.code == 0
    record = first.record
    assert set(record["methods"]) == {
        "transfer", "zero-shot transfer", "direct", "linear probe", "TF-IDF + logistic regression", "majority",
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


class Texts(HTMLParser):
    """Collects what a page says: its texts, but for commands, and what is read aloud of figures and tables."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("style", "code")
        self.texts += [value for name, value in attrs if name == "aria-label" and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("style", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent and data.strip():
            self.texts.append(data)


@pytest.fixture
def tiny_zh(few_steps: None, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Chinese quickstart with a tiny model and texts cut to 8 tokens."""
    from conftest import _shelf_item

    _shelf_item("sample:reviews-zh")
    story = stories.STORIES["zh"]
    names = ("source_options", "target_options")
    cut = {name: getattr(story, name).model_copy(update={"max_length": 8}) for name in names}
    monkeypatch.setitem(stories.STORIES, "zh", replace(story, model=str(tiny_checkpoint), **cut))


@pytest.mark.usefixtures("tiny_zh")
def test_in_chinese_it_says_nothing_in_english(
    run_cli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = ("quickstart", "--lang", "zh", *SMALL)
    told = run_cli(*line)
    assert told.code == 0
    kept = "保留 sample:tweets-other 的分类头：标签相同"
    for text in ("第 1 次抽样（共 2 次）", kept, "训练", "接下来可以试试："):
        assert text in told.stderr
    assert set(re.findall(r"的文本被截到 (\d+) 个词元", told.stderr)) == {"8"}  # on both sides
    assert _english(told.stderr.splitlines()) == []
    page = Texts()
    page.feed((tmp_path / "runs" / "quickstart-zh" / "report.html").read_text(encoding="utf-8"))
    assert _english(page.texts) == []
    again = run_cli(*line, "--json")
    assert "runs/quickstart-zh 已经完成" in again.stderr
    assert {"transfer", "direct", "zero-shot transfer"} < set(again.record["methods"])
    assert again.record["target"] == "sample:reviews-zh"


_NAMES = re.compile(
    r"crosstask [^#]+#|runs/[\w/.-]+|(sample|starter):[\w-]+|/\S+"
    r"|TF-IDF|\b(cpu|x86_64|arm64|aarch64|Linux|Darwin|Python)\b"
)


def _english(texts: list[str]) -> list[str]:
    """Texts that hold English words, names of things and of versions apart."""
    from crosstask.versions import current_versions

    versions = {word for item in current_versions().items() for word in item}
    return [text for text in texts if text not in versions and re.search("[A-Za-z]{2}", _NAMES.sub("", text))]
