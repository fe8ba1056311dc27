"""The verb finetune: from a file to a bundle, at every door."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

import crosstask
from crosstask.models.bundle import read_record
from crosstask.objectives.classification_head import ClassificationHead
from crosstask.runs.place import Place
from crosstask.tasks.task import Example
from tiny_training import rows

Run = Callable[..., Any]
QUICK = ("--steps", 4, "--batch-size", 8)
FAST = ("--learning-rate", 1e-2, "--head-learning-rate", 3e-2, "--batch-size", 8)


def write(path: Path, examples: Iterable[Example]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [",".join(["text", "label"]), *(f"{row.inputs['text']},{row.target}" for row in examples)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 labelled rows."""
    return write(tmp_path_factory.mktemp("data") / "reviews.csv", rows(24))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A task with all three splits."""
    place = tmp_path_factory.mktemp("data") / "films"
    for seed, (split, count) in enumerate({"train": 40, "validation": 120, "test": 30}.items()):
        write(place / f"{split}.csv", rows(count, seed))
    return place


@pytest.fixture
def finetune(run_cli: Run, tiny_checkpoint: Path) -> Run:
    """`crosstask finetune TASK ... --json` from the tiny model."""

    def run(task: Path, *options: object, model: Path = tiny_checkpoint) -> Any:
        return run_cli("finetune", task, "--model", model, *options, "--json")

    return run


def head_of(bundle: Path, task: str = "reviews") -> dict[str, torch.Tensor]:
    return load_file(bundle / "heads" / f"{task}.safetensors")


def trunk_of(bundle: Path) -> dict[str, torch.Tensor]:
    return load_file(bundle / "trunk" / "model.safetensors")


def is_interval(found: dict[str, float]) -> bool:
    return found["low"] <= found["value"] <= found["high"]


def test_the_json_has_its_shape_and_the_bundle_answers(finetune: Run, file: Path, tmp_path: Path):
    answer = finetune(file, *QUICK, "--out", tmp_path / "a", "--seed", 5)
    assert answer.code == 0
    assert answer.record == {"bundle": str(tmp_path / "a"), "seed": 5, "steps": 4, "tasks": {"reviews": {}}}
    assert "24 labelled rows, so none is held out for validation" in answer.stderr
    (found,) = crosstask.load(tmp_path / "a").predict(["a great film"])
    assert found.label in ("bad", "good")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_it_was_made_by_is_written_with_every_default(
    finetune: Run, file: Path, tmp_path: Path, tiny_checkpoint: Path
):
    finetune(file, *QUICK, "--out", tmp_path / "a")
    (made_by,) = read_record(tmp_path / "a").made_by
    assert made_by["name"] == "finetune"
    assert (made_by["model"], made_by["task"]) == (str(tiny_checkpoint), str(file))
    assert (made_by["steps"], made_by["steps_taken"], made_by["learning_rate"]) == (4, 4, 5e-5)
    assert made_by["tuning"] == {"name": "full"}
    assert set(crosstask.steps.STEPS.get("finetune").model_fields) <= made_by.keys()


def test_by_default_the_bundle_is_called_after_the_task(finetune: Run, file: Path, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert finetune(file, *QUICK).record["bundle"] == str(Path("runs") / "reviews")
    assert (tmp_path / "runs" / "reviews" / "crosstask.json").is_file()


def test_validation_stops_early_keeps_the_best_and_fits_the_temperature(finetune: Run, folder: Path, tmp_path: Path):
    answer = finetune(folder, *FAST, "--epochs", 40, "--patience", 2, "--out", tmp_path / "a")
    found = answer.record
    validation = found["tasks"]["films"]["validation"]
    assert found["steps"] < 200
    assert found["steps"] == read_record(tmp_path / "a").made_by[-1]["steps_taken"]
    assert set(validation) >= {"macro_f1", "accuracy", "mcc"}
    assert all(is_interval(metric) for metric in validation.values())
    assert validation["accuracy"]["value"] > 0.55
    assert "test" not in found["tasks"]["films"]
    assert read_record(tmp_path / "a").test_reads == ()
    described = json.loads((tmp_path / "a" / "tasks" / "films.json").read_text())
    assert described["fitted"]["temperature"] != 1.0


def test_the_test_split_is_read_once_where_asked_and_the_reading_is_recorded(
    finetune: Run, folder: Path, tmp_path: Path
):
    found = finetune(folder, *FAST, "--steps", 20, "--test", "--out", tmp_path / "a").record
    test = found["tasks"]["films"]["test"]
    assert all(is_interval(metric) for metric in test.values())
    (reading,) = read_record(tmp_path / "a").test_reads
    assert reading["task"] == "films"
    assert reading["time"]
    crosstask.evaluate(tmp_path / "a", task=folder)
    crosstask.evaluate(tmp_path / "a", task=write(tmp_path / "upside-down.csv", rows(30, 2)[::-1]))
    assert [found["data"] for found in read_record(tmp_path / "a").test_reads] == [reading["data"]] * 3
    card = (tmp_path / "a" / "README.md").read_text()
    assert f"{test['accuracy']['value']:.3f}" in card or str(test["accuracy"]["value"]) in card
    again = crosstask.load(tmp_path / "a").evaluate(folder)
    assert again.scores.metrics["accuracy"].value == pytest.approx(test["accuracy"]["value"])


def test_a_test_split_that_is_not_there_cannot_be_read(finetune: Run, file: Path, tmp_path: Path):
    answer = finetune(file, *QUICK, "--test", "--out", tmp_path / "a")
    assert (answer.code, list(tmp_path.iterdir())) == (2, [])
    assert "has no test split" in answer.record["error"]["message"]


def test_asked_again_it_is_done(finetune: Run, file: Path, tmp_path: Path):
    first = finetune(file, *QUICK, "--out", tmp_path / "a")
    before = (tmp_path / "a" / "crosstask.json").stat().st_mtime_ns
    again = finetune(file, *QUICK, "--out", tmp_path / "a")
    assert (again.code, again.record) == (0, first.record)
    assert "is done already" in again.stderr
    assert (tmp_path / "a" / "crosstask.json").stat().st_mtime_ns == before


def test_done_without_test_scores_says_how_to_get_them(finetune: Run, folder: Path, tmp_path: Path):
    finetune(folder, *QUICK, "--out", tmp_path / "a")
    answer = finetune(folder, *QUICK, "--out", tmp_path / "a", "--test")
    assert answer.code == 2
    assert "without test scores" in answer.stderr
    assert "crosstask evaluate" in answer.record["error"]["mend"]


def test_another_config_is_refused_or_overwrites(finetune: Run, file: Path, tmp_path: Path):
    finetune(file, *QUICK, "--out", tmp_path / "a")
    before = head_of(tmp_path / "a")
    other = (*QUICK, "--seed", 1, "--out", tmp_path / "a")
    refused = finetune(file, *other)
    assert (refused.code, refused.record["error"]["file"]) == (2, str(tmp_path / "a"))
    assert torch.equal(head_of(tmp_path / "a")["linear.weight"], before["linear.weight"])
    assert finetune(file, *other, "--overwrite").code == 0
    assert not torch.equal(head_of(tmp_path / "a")["linear.weight"], before["linear.weight"])
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.parametrize("what", ["another's bundle", "a damaged bundle", "a folder", "a file"])
def test_what_is_not_its_own_is_refused(finetune: Run, file: Path, tmp_path: Path, tiny_checkpoint: Path, what: str):
    from bundles import REVIEWS, random_bundle

    out = tmp_path / "a"
    if what == "another's bundle":
        random_bundle(tiny_checkpoint, out, {"reviews": REVIEWS})
    elif what == "a file":
        out.write_text("mine")
    else:
        out.mkdir()
        (out / ("crosstask.json" if "bundle" in what else "mine.txt")).write_text("{")
    answer = finetune(file, *QUICK, "--out", out)
    assert (answer.code, answer.record["error"]["kind"]) == (2, "output")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    overwritten = finetune(file, *QUICK, "--out", out, "--overwrite")
    assert overwritten.code == (0 if "bundle" in what else 2)


def test_the_closing_line_can_be_run_as_it_stands(run_cli: Run, tiny_checkpoint: Path, file: Path, tmp_path: Path):
    out = tmp_path / "it's mine"
    answer = run_cli("finetune", file, "--model", tiny_checkpoint, "--steps", 1, "--out", out)
    *_, last = answer.stderr.splitlines()
    assert last.startswith(f"1 step; the bundle is {out}. Try: ")
    line = last.partition(" Try: ")[2]
    assert shlex.split(line)[-3:] == ["predict", str(out), "a text of yours"]
    ended = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert json.loads(ended.stdout)["task"] == "reviews", ended.stderr


def test_the_closing_line_of_a_pair_shows_both_fields(run_cli: Run, tiny_checkpoint: Path, tmp_path: Path):
    file = tmp_path / "same.csv"
    file.write_text("text,text_pair,label\n" + "a film,a movie,same\na film,a train,other\n" * 4)
    answer = run_cli("finetune", file, "--model", tiny_checkpoint, "--steps", 1, "--out", tmp_path / "b")
    line = answer.stderr.splitlines()[-1].partition(" Try: ")[2]
    ended = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
    assert json.loads(ended.stdout)["label"] in ("same", "other"), ended.stderr


def test_a_vocabulary_of_another_language_is_told(run_cli: Run, tiny_checkpoint: Path, tmp_path: Path):
    file = tmp_path / "zh.csv"
    file.write_text("text,label\n" + "房间很大很干净,好\n服务太差,坏\n" * 4, encoding="utf-8")
    for verb in (["finetune", "--steps", 1, "--out", tmp_path / "b"], ["inspect"]):
        answer = run_cli(verb[0], file, "--model", tiny_checkpoint, *verb[1:])
        assert answer.code == 0
        assert re.search(r"\d\d% of the tokens are unknown to the model: .*starter:multilingual", answer.stderr)


def test_a_dry_run_trains_nothing(finetune: Run, file: Path, tmp_path: Path):
    answer = finetune(file, "--out", tmp_path / "a", "--dry-run")
    plan = answer.record["plan"]
    assert answer.code == 0
    assert "24 rows" in plan["actions"][0]
    assert "60 steps" in plan["actions"][0]
    assert plan["seconds"] > 0
    assert plan["memory"] > 0
    assert list(tmp_path.iterdir()) == []


def test_the_same_seed_gives_the_same_numbers_and_another_does_not(finetune: Run, file: Path, tmp_path: Path):
    for name, seed in {"a": 3, "b": 3, "c": 4}.items():
        finetune(file, *QUICK, "--out", tmp_path / name, "--seed", seed)
    a, b, c = ({**trunk_of(tmp_path / name), **head_of(tmp_path / name)} for name in "abc")
    assert all(torch.equal(a[name], b[name]) for name in a)
    assert not torch.equal(a["linear.weight"], c["linear.weight"])


def test_a_budget_of_labels_counts_for_everything(finetune: Run, folder: Path, tmp_path: Path):
    answer = finetune(folder, *QUICK, "--labels-per-class", 8, "--out", tmp_path / "a")
    assert answer.record["tasks"] == {"films": {}}
    assert "8 train rows a class drawn with seed 0, the validation split is set aside" in answer.stderr
    asked_too_much = finetune(folder, *QUICK, "--labels-per-class", 100, "--out", tmp_path / "b")
    assert (asked_too_much.code, asked_too_much.record["error"]["mend"]) == (2, "Ask for at most 20 labels a class.")


def test_with_enough_rows_some_are_held_out(finetune: Run, tmp_path: Path):
    file = write(tmp_path / "many.csv", rows(220))
    answer = finetune(file, *FAST, "--steps", 10, "--out", tmp_path / "a")
    assert "22 of 220 train rows are held out" in answer.stderr
    assert "validation" in answer.record["tasks"]["many"]


def test_rows_that_were_learned_from_are_recognised(finetune: Run, run_cli: Run, tmp_path: Path):
    file, fresh = write(tmp_path / "many.csv", rows(220)), write(tmp_path / "fresh.csv", rows(220, seed=1))
    finetune(file, *QUICK, "--out", tmp_path / "a")
    seen = run_cli("evaluate", tmp_path / "a", "--task", file)
    assert "the bundle learned from these rows (train and validation)" in seen.stderr
    assert "learned from" not in run_cli("evaluate", tmp_path / "a", "--task", fresh).stderr


def test_rows_that_a_draw_was_taken_from_are_recognised(finetune: Run, run_cli: Run, tmp_path: Path):
    file = write(tmp_path / "many.csv", rows(60))
    finetune(file, *QUICK, "--labels-per-class", 4, "--out", tmp_path / "a")
    write(tmp_path / "other.csv", reversed(rows(60)))
    seen = run_cli("evaluate", tmp_path / "a", "--task", tmp_path / "other.csv", "--json")
    assert "the bundle learned from these rows (train before the draw)" in seen.stderr
    assert seen.record["tasks"]["other"]["trained_on"] == "train before the draw"
    write(tmp_path / "other.csv", rows(59))
    seen = run_cli("evaluate", tmp_path / "a", "--task", tmp_path / "other.csv", "--json")
    assert seen.record["tasks"]["other"]["trained_on"] is None


def test_a_head_for_the_same_labels_is_kept_and_its_making_remembered(finetune: Run, file: Path, tmp_path: Path):
    finetune(file, *FAST, "--steps", 30, "--out", tmp_path / "a")
    frozen = ("--steps", 1, "--learning-rate", 1e-12, "--head-learning-rate", 1e-12)
    answer = finetune(file, *frozen, "--out", tmp_path / "b", model=tmp_path / "a")
    assert "the head of 'reviews' is kept" in answer.stderr
    torch.testing.assert_close(head_of(tmp_path / "b"), head_of(tmp_path / "a"))
    torch.testing.assert_close(trunk_of(tmp_path / "b"), trunk_of(tmp_path / "a"))
    assert [made_by["steps"] for made_by in read_record(tmp_path / "b").made_by] == [30, 1]


def test_a_head_for_other_labels_is_fresh(finetune: Run, file: Path, tmp_path: Path):
    finetune(file, *QUICK, "--out", tmp_path / "a")
    three = write(tmp_path / "three.csv", rows(24, labels=("bad", "good", "neither")))
    answer = finetune(three, *QUICK, "--out", tmp_path / "b", model=tmp_path / "a")
    assert "is kept" not in answer.stderr
    assert head_of(tmp_path / "b", "three")["linear.weight"].shape == (3, 16)


def test_pairs_are_learned(finetune: Run, tmp_path: Path):
    lines = ["premise,hypothesis,label"]
    lines += [f"{row.inputs['text']},the film was nice,{row.target}" for row in rows(24)]
    file = tmp_path / "pairs.csv"
    file.write_text("\n".join(lines) + "\n")
    assert finetune(file, *QUICK, "--out", tmp_path / "a").code == 0
    (found,) = crosstask.load(tmp_path / "a").predict([("the food was late", "the food was bad")])
    assert found.label in ("bad", "good")


@pytest.mark.parametrize("way", ["head:pooling=cls", "head:pooling=attention", "head:class_weights=balanced,dropout=0"])
def test_every_way_of_the_head_comes_back_from_the_bundle(finetune: Run, file: Path, tmp_path: Path, way: str):
    assert finetune(file, *QUICK, "--objective", way, "--out", tmp_path / "a").code == 0
    bundle = crosstask.load(tmp_path / "a")
    config = bundle.learned().objective.config()
    assert all(f"{config[key]}".startswith(value) for key, value in (part.split("=") for part in way[5:].split(",")))
    assert len(bundle.predict(["a film"])) == 1


def test_class_weights_change_what_is_learned(finetune: Run, tmp_path: Path):
    file = write(tmp_path / "rare.csv", [row for row in rows(60) if row.target == "good" or row.row % 10 == 1])
    for way in ("none", "balanced"):
        finetune(file, *QUICK, "--objective", f"head:class_weights={way}", "--out", tmp_path / way)
    bias = {way: head_of(tmp_path / way, "rare")["linear.bias"] for way in ("none", "balanced")}
    gap = {way: float(found[1] - found[0]) for way, found in bias.items()}
    assert gap["none"] > gap["balanced"]


@pytest.mark.parametrize(
    ("tuning", "frozen"),
    [("head", "."), ("freeze:layers=1", "embeddings|layer.0."), ("freeze:pattern=attention", "attention")],
)
def test_frozen_weights_stay_bit_for_bit(
    finetune: Run, file: Path, tmp_path: Path, tiny_checkpoint: Path, tuning, frozen
):
    import re

    assert finetune(file, *FAST, "--steps", 4, "--tuning", tuning, "--out", tmp_path / "a").code == 0
    before, after = load_file(tiny_checkpoint / "model.safetensors"), trunk_of(tmp_path / "a")
    moved = {name for name in after if not torch.equal(before[name], after[name])}
    assert not [name for name in moved if re.search(frozen, name)]
    assert bool(moved) == (tuning != "head")


def test_what_is_cut_is_told(finetune: Run, file: Path, tmp_path: Path):
    answer = finetune(file, *QUICK, "--max-length", 8, "--out", tmp_path / "a")
    assert "of the rows are cut to 8 tokens" in answer.stderr


@pytest.mark.parametrize("tuning", ["freeze:layers=9", "freeze:pattern=nothing_of_that_name"])
def test_a_tuning_that_does_not_fit_leaves_nothing_behind(finetune: Run, file: Path, tmp_path: Path, tuning: str):
    answer = finetune(file, *QUICK, "--tuning", tuning, "--out", tmp_path / "a")
    assert (answer.code, answer.record["error"]["kind"]) == (2, "config")
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_diverges_ends_in_one_line_and_leaves_nothing_behind(finetune: Run, file: Path, tmp_path: Path):
    answer = finetune(
        file, "--steps", 20, "--learning-rate", 1e30, "--clip", 1e30, "--save-seconds", 0, "--out", tmp_path / "a"
    )
    assert (answer.code, answer.record["error"]["mend"]) == (2, "Lower --learning-rate.")
    assert list(tmp_path.iterdir()) == []


def test_in_python_rows_do_as_well_as_a_file(tmp_path: Path, tiny_checkpoint: Path):
    table = [{"text": row.inputs["text"], "label": row.target} for row in rows(24)]
    bundle = crosstask.finetune(model=str(tiny_checkpoint), task=table, steps=4, out=tmp_path / "a")
    assert bundle.predict("a good film")[0].label in bundle.labels
    assert bundle.path == tmp_path / "a"


@pytest.mark.parametrize(
    "way", ["head:pooling=cls", {"name": "head", "pooling": "cls"}, ClassificationHead(pooling="cls")]
)
def test_in_python_an_objective_is_given_as_a_tuning_is(tmp_path: Path, tiny_checkpoint: Path, way: Any):
    table = [{"text": row.inputs["text"], "label": row.target} for row in rows(24)]
    bundle = crosstask.finetune(model=tiny_checkpoint, task=table, objective=way, steps=1, out=tmp_path / "a")
    (made_by,) = bundle.record.made_by
    expected = ClassificationHead(pooling="cls")
    assert (bundle.learned().objective, made_by["objective"]) == (expected, expected.config())


def test_of_two_runs_at_once_the_second_is_refused_in_one_line(finetune: Run, file: Path, tmp_path: Path):
    with Place(tmp_path / "a", "another run's key", lambda _: None).working(overwrite=False):
        answer = finetune(file, *QUICK, "--out", tmp_path / "a")
        assert (answer.code, answer.record["error"]["message"]) == (2, "another run is at work here")
        assert "Traceback" not in answer.stderr
    assert finetune(file, *QUICK, "--out", tmp_path / "a").code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


FULL = """
import resource, sys
from crosstask.cli import main

resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the size of a file")
def test_a_full_disk_ends_it_in_one_line_and_leaves_nothing(file: Path, tiny_checkpoint: Path, tmp_path: Path):
    line = ["finetune", file, "--model", tiny_checkpoint, *QUICK, "--out", tmp_path / "a", "--save-seconds", 0]
    command = [sys.executable, "-c", FULL, *map(str, line)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, list(tmp_path.iterdir())) == (2, [])
    *_, told = ended.stderr.splitlines()
    assert "File too large" in told
    assert told.endswith("Free some space, or choose another --out.")


def test_what_it_starts_from_is_not_written(finetune: Run, file: Path, tmp_path: Path):
    start = tmp_path / "a"
    assert finetune(file, *QUICK, "--out", start).code == 0
    before = (start / "crosstask.json").read_bytes()
    for out in (start, start / "b"):
        for more in ([], ["--overwrite"]):
            answer = finetune(file, *QUICK, "--out", out, *more, model=start)
            assert (answer.code, "is read here" in answer.record["error"]["message"]) == (2, True)
    assert (start / "crosstask.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_epochs_and_steps_are_two_lengths_of_one_run(finetune: Run, file: Path):
    answer = finetune(file, "--epochs", 1, "--steps", 3)
    assert (answer.code, answer.record["error"]["mend"]) == (2, "Give one of them.")


@pytest.mark.parametrize("label", [None, ""])
def test_labels_alone_make_a_classifier(
    label: str | None, run_cli: Run, tiny_decoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    held_out = write(tmp_path / "held_out.csv", rows(12))
    lines = [row.inputs["text"] + ("" if label is None else ",") for row in rows(12, 1)]
    header = "text" if label is None else "text,label"
    Path("texts.csv").write_text("\n".join([header, *lines]) + "\n")
    Path("reviews.yaml").write_text(f"file: texts.csv\nlabels: {sorted({row.target for row in rows(12)})}\n")
    line = ("finetune", "reviews.yaml", "--model", tiny_decoder, "--objective", "likelihood", "--out", "zero", "--json")
    refused = run_cli(*line).record["error"]
    assert (refused["file"], refused["row"], refused["field"]) == ("texts.csv", 1, "label")
    assert "--steps 0" in refused["mend"]
    assert run_cli(*line, "--dry-run").record["error"] == refused
    assert run_cli("inspect", "reviews.yaml", "--model", tiny_decoder).code == 0
    done = run_cli(*line, "--steps", 0)
    assert done.record["steps"] == 0, done.stderr
    scored = run_cli("evaluate", "zero", "--task", held_out, "--json").record["tasks"]["held_out"]
    assert scored["rows"] == 12
    for split in ("test", "train"):
        again = run_cli("evaluate", "zero", "--task", "texts.csv", "--split", split, "--json").record["error"]
        assert "label" in again["message"]


def test_a_plan_counts_what_the_run_asks_beside_its_steps(finetune: Run, folder: Path, tiny_decoder: Path) -> None:
    def plan(steps: int, *options: object) -> dict[str, Any]:
        line = (folder, "--objective", "likelihood", "--steps", steps, "--dry-run", *options)
        return finetune(*line, model=tiny_decoder).record["plan"]

    untested, tested, trained = (plan(*options)["seconds"] for options in ((0,), (0, "--test"), (60,)))
    assert 0 < untested < tested < trained
