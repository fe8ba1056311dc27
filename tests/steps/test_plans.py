"""A dry run opens what the run would read, looks at where it would write, says what it would cost, writes nothing."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import crosstask
from bundles import REVIEWS, random_bundle
from crosstask.models.bundle import read_bundle, read_record
from crosstask.training.checkpoint import Checkpoint, save_checkpoint
from tiny_training import rows

Run = Callable[..., Any]


@pytest.fixture
def here(tmp_path: Path, tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a table, a bundle, a model."""
    monkeypatch.chdir(tmp_path)
    lines = [f"{row.inputs['text']},{row.target}" for row in rows(24)]
    (tmp_path / "good.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    (tmp_path / "tiny").symlink_to(tiny_checkpoint)
    random_bundle(tiny_checkpoint, tmp_path / "bundle", {"reviews": REVIEWS})
    return tmp_path


def snapshot(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in sorted(folder.rglob("*"))}


@pytest.fixture
def plan(run_cli: Run, here: Path) -> Run:
    """Plans a command line, looks that nothing was written, and gives the plan, or the error where it was refused."""

    def run(line: str, *more: object) -> dict[str, Any]:
        before = snapshot(here)
        answer = run_cli(*line.split(), *more, "--dry-run", "--json")
        assert snapshot(here) == before
        assert answer.code == (2 if "error" in answer.record else 0), answer.stderr
        return answer.record.get("plan") or answer.record["error"]

    return run


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("finetune good.csv --model tiny --steps 4", "train tiny on 24 rows of good for 4 steps"),
        ("evaluate bundle --task good.csv", "score bundle on 24 rows of good, test"),
        ("predict bundle --input good.csv", "predict 24 rows with bundle"),
        ("predict bundle one two", "predict 2 rows with bundle"),
    ],
)
def test_what_computes_says_how_long_and_how_much_memory(plan: Run, line: str, action: str) -> None:
    found = plan(line)
    assert found["actions"][0] == action
    assert 0 < found["seconds"] < 60
    assert 100 * 2**20 < found["memory"] < 100 * 2**30


@pytest.mark.parametrize(
    ("line", "action"),
    [
        ("predict bundle", "predict the lines of standard input with bundle"),
        ("inspect good.csv --model tiny", "check 24 rows of good"),
        ("export bundle --out new", "write bundle for transformers into new"),
    ],
)
def test_what_has_no_known_end_says_how_much_memory(plan: Run, line: str, action: str) -> None:
    found = plan(line)
    assert (found["actions"][0], found["seconds"]) == (action, None)
    assert found["memory"] > 100 * 2**20


@pytest.mark.parametrize(
    ("line", "why"), [("predict bundle", "the lines are not read yet"), ("export bundle --out new", "the disk decides")]
)
def test_why_no_time_is_told(plan: Run, run_cli: Run, line: str, why: str) -> None:
    assert plan(line)["untimed"] == why
    assert f"not known: {why}" in run_cli(*line.split(), "--dry-run").stderr
    assert "untimed" not in plan("predict bundle one")


def test_people_read_that_memory_is_in_all(run_cli: Run, here: Path) -> None:
    told = run_cli("predict", "bundle", "one", "--dry-run").stderr
    assert "memory in all" in told
    assert "less than a second" in told


def test_more_rows_take_longer(plan: Run, here: Path) -> None:
    header, *lines = (here / "good.csv").read_text().splitlines()
    (here / "more.csv").write_text("\n".join([header, *lines * 3]) + "\n")
    few, many = (plan(f"predict bundle --input {name}.csv")["seconds"] for name in ("good", "more"))
    assert few < many


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("finetune gone.csv --model tiny", "'gone.csv'"),
        ("finetune good.csv --model tiyn/", "no model is called"),
        ("finetune good.csv --model tiny --labels-per-class 100", "12 train rows where 100 are asked for"),
        ("evaluate gone --task good.csv", "does not exist"),
        ("evaluate bundle --task gone.csv", "'gone.csv'"),
        ("evaluate bundle --task good.csv --head other", "'other'"),
        ("predict gone a-text", "does not exist"),
        ("predict bundle --input gone.csv", "'gone.csv'"),
        ("predict bundle --input good.csv a-text", "both texts and a file"),
        ("predict bundle a-text --out nowhere/answers", "cannot be written"),
        ("export gone --out new", "does not exist"),
        ("inspect gone.csv --model tiny", "'gone.csv'"),
        ("inspect good.csv --model tiyn/", "no model is called"),
        ("fetch startr", "no item 'startr'"),
    ],
)
def test_what_the_run_could_not_open_fails_in_the_plan(plan: Run, line: str, says: str) -> None:
    assert says in plan(line)["message"]


OUT = "finetune good.csv --model tiny --steps 4 --batch-size 8 --out a"


def test_a_plan_says_what_stands_at_the_place(plan: Run, run_cli: Run, here: Path) -> None:
    assert plan(OUT)["actions"][1] == "write the bundle to a"
    assert run_cli(*OUT.split()).code == 0
    done = plan(OUT)
    assert (done["actions"], done["seconds"]) == (["leave a as it is: it is done already"], 0)
    refused = plan(f"{OUT} --seed 1")
    assert (refused["kind"], refused["mend"]) == ("output", "Choose another --out, or add --overwrite to replace it.")
    assert "in place of what stands there" in plan(f"{OUT} --seed 1 --overwrite")["actions"][1]


def test_a_plan_says_what_is_left_of_an_unfinished_run(plan: Run, run_cli: Run, here: Path) -> None:
    whole = plan(OUT)
    run_cli(*OUT.split())
    key = read_record(here / "a").made_by[-1]["key"]
    shutil.rmtree(here / "a")
    save_checkpoint(here / "a.partial", Checkpoint(3, {}, {}))
    (here / "a.partial" / "run.json").write_text(json.dumps({"key": key}))
    found = plan(OUT)
    assert found["actions"][0].endswith("for 4 steps, of which 3 are done")
    assert found["actions"][1] == "go on with what a.partial holds, and write the bundle to a"
    assert found["seconds"] < whole["seconds"]
    assert "unfinished run" in plan(f"{OUT} --seed 1")["message"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("finetune good.csv --model tiny --out bundle", "holds another result"),
        ("finetune good.csv --model tiny --out good.csv", "is read here"),
        ("finetune good.csv --model tiny --out bundle/new", "lies in the bundle"),
        ("finetune good.csv --model bundle --out bundle --overwrite", "is read here"),
        ("export bundle --out good.csv", "is a file"),
        ("export bundle --out good.csv/new", "cannot be written"),
        ("export bundle --out tiny --overwrite", "holds something that crosstask did not write"),
        ("export bundle --out bundle --overwrite", "is read here"),
        ("export bundle --out . --overwrite", "is read here"),
    ],
)
def test_a_place_that_is_taken_is_refused_in_the_plan_and_in_the_run(
    plan: Run, run_cli: Run, here: Path, line: str, says: str
) -> None:
    for found in (plan(line), run_cli(*line.split(), "--json").record["error"]):
        assert (found["kind"], says in found["message"]) == ("output", True), found
    read_bundle(here / "bundle")


def test_an_export_that_is_done_is_left(plan: Run, run_cli: Run) -> None:
    assert run_cli("export", "bundle", "--out", "new").code == 0
    assert plan("export bundle --out new")["actions"] == ["leave new as it is: it is done already"]


@pytest.mark.parametrize(
    ("line", "items", "then"),
    [
        ("finetune sample:tweets-airlines", ["sample:tweets", "starter"], "then train starter"),
        ("finetune good.csv", ["starter"], "then train starter"),
        ("evaluate bundle --task sample:tweets", ["sample:tweets"], "then score bundle"),
        ("inspect sample:tweets good.csv", ["sample:tweets", "starter"], "then check the tasks"),
        ("quickstart", ["sample:tweets", "starter"], "then train starter on 2,000 rows of sample:tweets-other"),
        (
            "quickstart --lang zh",
            ["sample:reviews-zh", "sample:tweets", "starter:multilingual"],
            "then train starter:multilingual on 2,000 rows of sample:tweets-other",
        ),
        ("fetch starter", ["starter"], None),
    ],
)
def test_what_is_to_be_fetched_is_told_and_not_fetched(
    plan: Run, monkeypatch: pytest.MonkeyPatch, line: str, items: list[str], then: str | None
) -> None:
    monkeypatch.setenv("CROSSTASK_CACHE", "cache")
    found = plan(line)
    *downloads, last = found["actions"] if then else [*found["actions"], None]
    assert [action.rpartition(" for ")[2] for action in downloads] == items
    assert last == then
    assert found["download"] > 1_000_000


@pytest.mark.parametrize(
    ("line", "downloads"),
    [
        ("finetune hub:some/data --model tiny", ["hub:some/data"]),
        ("finetune hub:some/data:config=zh,text=review --model tiny", ["hub:some/data:config=zh,text=review"]),
        ("finetune good.csv --model some/model", ["the model some/model"]),
        ("evaluate bundle --task hub:data", ["hub:data"]),
        ("inspect hub:some/data good.csv --model bert", ["hub:some/data", "the model bert"]),
    ],
)
def test_what_the_hub_would_send_is_told_and_not_asked_for(
    plan: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, downloads: list[str]
) -> None:
    config = pytest.importorskip("datasets").config
    monkeypatch.setattr(config, "HF_DATASETS_CACHE", tmp_path / "data sets")
    monkeypatch.setattr("datasets.load_dataset", None)
    monkeypatch.setattr("huggingface_hub.snapshot_download", None)
    found = plan(line)
    *actions, last = found["actions"]
    assert [action.removeprefix("download ").partition(" from the hub")[0] for action in actions] == downloads
    assert last.startswith("then ")
    assert found["download"] is None


def test_what_is_fetched_already_is_told(plan: Run, tweets: Path) -> None:
    found = plan("fetch sample:tweets --verify")
    size = sum(file.stat().st_size for file in tweets.iterdir())
    assert (found["download"], found["disk"]) == (0, size)
    assert "is there already" in found["actions"][0]
    assert found["actions"][1] == "check every byte of what is there"
    again = plan("fetch sample:tweets --force")
    assert (again["download"], again["disk"]) == (1_597_895, 0)
    assert plan("fetch")["actions"] == ["list the shelf"]


def test_a_damaged_item_is_refused_as_the_fetch_refuses_it(
    plan: Run, run_cli: Run, tweets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(tweets, tmp_path / "cache" / "shelf" / tweets.name)
    monkeypatch.setenv("CROSSTASK_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "shelf" / tweets.name / "tweets.jsonl").write_text("")
    assert plan("fetch sample:tweets") == run_cli("fetch", "sample:tweets", "--json").record["error"]


def test_no_texts_take_no_time(here: Path) -> None:
    assert crosstask.predict("bundle", [], dry_run=True)["seconds"] == 0
