"""Every kind in every way through the verbs, from a small file to answers in English and in Chinese."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

import crosstask
from crosstask.models.bundle import read_record
from crosstask.objectives import OBJECTIVES, objective_for
from crosstask.tasks.kind import KINDS
from crosstask.tasks.words import Words
from ways import SHEETS, WAYS, Taught, Way

Run = Callable[..., Any]


@pytest.fixture(params=WAYS)
def name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def way(name: str) -> Way:
    return WAYS[name]


@pytest.fixture
def learned(name: str, taught: Callable[[str], Taught]) -> Taught:
    return taught(name)


def test_every_kind_and_every_objective_has_a_way() -> None:
    assert {way.kind for way in WAYS.values()} == set(KINDS.names())
    found = {objective_for(KINDS.make(way.kind), way.options.get("objective")).method_name() for way in WAYS.values()}
    assert found == set(OBJECTIVES.names())
    assert {way.sheet or way.kind for way in WAYS.values()} == set(SHEETS)


@pytest.mark.parametrize("sheet", SHEETS)
def test_the_columns_tell_the_kind(sheet: str, run_cli: Run, tiny_checkpoint: Path, tmp_path: Path) -> None:
    rows = SHEETS[sheet]
    file = rows.write_rows(tmp_path / f"a{rows.suffix}", rows.rows)
    answer = run_cli("inspect", file, "--model", tiny_checkpoint, "--json")
    assert answer.code == 0, answer.stderr
    (found,) = answer.record["tasks"]
    (kind,) = {way.kind for way in WAYS.values() if way.rows == rows}
    assert (found["kind"], found["splits"]["train"]["rows"]) == (kind, 21)


def losses(bundle: Path) -> list[float]:
    rows = [json.loads(line) for line in (bundle / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]
    return [row["loss"] for row in rows if "loss" in row]


def test_it_is_learned(way: Way, learned: Taught) -> None:
    metrics = KINDS.get(way.kind).metrics
    assert learned.record["steps"] == way.settings["steps"]
    (splits,) = learned.record["tasks"].values()
    assert {split: tuple(found) for split, found in splits.items()} == {"validation": metrics, "test": metrics}
    assert sorted(path.name for path in learned.bundle.parent.iterdir()) == ["bundle", "task"]
    if way.least is not None:
        assert splits["validation"][metrics[0]]["value"] >= way.least
    elif way.trains:
        found = losses(learned.bundle)
        assert fmean(found[-5:]) < 0.8 * fmean(found[:5])


def test_it_is_scored_as_finetune_scored_it(way: Way, learned: Taught, run_cli: Run) -> None:
    answer = run_cli("evaluate", learned.bundle, "--task", learned.task / f"test{way.rows.suffix}", "--json")
    assert answer.code == 0, answer.stderr
    (found,), (expected,) = answer.record["tasks"].values(), learned.record["tasks"].values()
    assert (found["rows"], found["split"], found["trained_on"]) == (7, "test", None)
    assert found["metrics"].keys() == expected["test"].keys()
    for metric, interval in found["metrics"].items():
        assert interval == pytest.approx(expected["test"][metric], abs=1e-4)
        assert interval["low"] <= interval["value"] <= interval["high"]
    assert all(miss.keys() >= {"row", "target", "predicted"} for miss in found["worst"])
    assert read_record(learned.bundle).test_reads


def in_python(bundle: Path, inputs: Any) -> list[dict[str, Any]]:
    """What `crosstask.load` has for an answer, as JSON gives it."""
    return [json.loads(json.dumps(found.to_json())) for found in crosstask.load(bundle, "cpu").predict(inputs)]


def test_it_answers_a_file(way: Way, learned: Taught, run_cli: Run, tmp_path: Path) -> None:
    file, out = learned.task / f"test{way.rows.suffix}", tmp_path / "answers.jsonl"
    answer = run_cli("predict", learned.bundle, "--input", file, "--out", out, "--json")
    assert (answer.code, answer.record) == (0, {"out": str(out), "rows": 7}), answer.stderr
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["row"] for line in lines] == [1, 2, 3, 4, 5, 6, 7]
    assert in_python(learned.bundle, file) == lines


def names_a_label(record: dict[str, Any], asked: str) -> None:
    assert record["label"] == max(record["probabilities"], key=record["probabilities"].get)
    assert list(record["probabilities"]) == ["bad", "good"]
    assert sum(record["probabilities"].values()) == pytest.approx(1)


def names_labels(record: dict[str, Any], asked: str) -> None:
    assert list(record["probabilities"]) == ["bad", "film", "food", "good", "plane"]
    assert set(record["labels"]) <= set(record["probabilities"])
    assert all(0 <= probability <= 1 for probability in record["probabilities"].values())


def gives_a_score(record: dict[str, Any], asked: str) -> None:
    assert math.isfinite(record["score"])


def marks_spans(record: dict[str, Any], asked: str) -> None:
    assert tuple(record["tokens"]) == Words.of(asked).words
    assert len(record["tags"]) == len(record["tokens"])
    assert set(record["tags"]) <= {"O", "B-THING", "I-THING", "B-VIEW", "I-VIEW"}
    assert len(record["spans"]) == sum(tag.startswith("B-") for tag in record["tags"])
    assert all(span["text"] == asked[span["start"] : span["end"]] for span in record["spans"])


def quotes_the_context(record: dict[str, Any], asked: str) -> None:
    context = json.loads(asked)["context"]
    assert record["answer"] == context[record["start"] : record["end"]]
    assert record["answer"]
    assert 0 < record["probability"] <= 1


def writes_a_text(record: dict[str, Any], asked: str) -> None:
    assert isinstance(record["text"], str)
    assert isinstance(record["finished"], bool)


RECORDS: dict[str, tuple[list[str], Callable[[dict[str, Any], str], None]]] = {
    "classification": (["label", "probabilities"], names_a_label),
    "multi_label": (["labels", "probabilities"], names_labels),
    "regression": (["score"], gives_a_score),
    "tagging": (["tokens", "tags", "spans"], marks_spans),
    "span": (["answer", "start", "end", "probability"], quotes_the_context),
    "generation": (["text", "finished"], writes_a_text),
}


def test_it_answers_in_english_and_chinese(way: Way, learned: Taught, run_cli: Run) -> None:
    answer = run_cli("predict", learned.bundle, *way.rows.asked)
    assert answer.code == 0, answer.stderr
    fields, check = RECORDS[way.kind]
    for number, (asked, record) in enumerate(zip(way.rows.asked, answer.lines, strict=True), start=1):
        assert list(record) == ["row", "task", *fields]
        assert (record["row"], record["task"]) == (number, "task")
        check(record, asked)
    objects = [json.loads(text) if text.startswith("{") else text for text in way.rows.asked]
    assert in_python(learned.bundle, objects) == answer.lines


def test_it_is_exported(way: Way, learned: Taught, run_cli: Run, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = run_cli("export", learned.bundle, "--out", out, "--json")
    planned = run_cli("export", learned.bundle, "--out", tmp_path / "planned", "--dry-run", "--json")
    assert planned.code == answer.code
    if way.exported is None:
        assert (answer.code, answer.record["error"]["kind"], list(tmp_path.iterdir())) == (2, "bundle", [])
        assert "--objective head" in answer.record["error"]["mend"]
        return
    assert answer.code == 0, answer.stderr
    (made,) = json.loads((out / "config.json").read_text(encoding="utf-8"))["architectures"]
    assert made.endswith(way.exported)
    assert (out / "README.md").is_file()


def test_updates_of_low_rank_are_exported_alone_where_asked(
    taught: Callable[[str], Taught], run_cli: Run, tmp_path: Path
) -> None:
    answer = run_cli("export", taught("generation, LoRA").bundle, "--out", tmp_path / "out", "--adapters", "kept")
    assert answer.code == 0, answer.stderr
    assert (tmp_path / "out" / "adapter_model.safetensors").is_file()
    assert not (tmp_path / "out" / "model.safetensors").exists()
