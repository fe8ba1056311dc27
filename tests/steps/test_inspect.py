"""The verb inspect, at its doors."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_kinds import EXAMPLES, learned

import crosstask
from crosstask.models.transformers_gateway import load_text_encoder, load_trunk
from crosstask.objectives import objective_for
from crosstask.steps.inspect import readings
from crosstask.tasks.kind import KINDS
from crosstask.tasks.reread import Reread
from crosstask.tasks.task import Example, Task
from crosstask.training.lesson import Lesson
from crosstask.ui import Silent

Run = Callable[..., Any]

ROWS = ["the film was good,good", "The film was  good,bad", "awful plane,bad", f"{'very ' * 90}good,good"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "reviews"
    place.mkdir()
    (place / "train.csv").write_text("text,label\n" + "\n".join(ROWS) + "\n")
    (place / "test.csv").write_text("text,label\nAwful plane!,bad\nawful plane,bad\nnice crew,good\n")
    return place


def test_the_json_holds_everything(run_cli: Run, folder: Path, tiny_checkpoint: Path):
    answer = run_cli("inspect", folder, "--model", tiny_checkpoint, "--json")
    assert answer.code == 0
    (task,) = answer.record["tasks"]
    assert (task["name"], task["kind"], task["labels"]) == ("reviews", "classification", ["bad", "good"])
    train = task["splits"]["train"]
    assert (train["rows"], train["duplicates"], train["conflicts"]) == (4, 1, 2)
    tokens = train["tokens"]
    assert (tokens["limit"], tokens["max"], tokens["cut"], tokens["lost_median"]) == (64, 93, 0.25, 29)
    (leak,) = answer.record["leakage"]
    assert (leak["from"], leak["to"], leak["exact"], leak["near"]) == ("reviews/train", "reviews/test", 1, 1)
    assert leak["examples"][0] == {
        "row": 2,
        "other": 3,
        "text": "awful plane",
        "target": "bad",
        "other_target": "bad",
        "similarity": 1.0,
    }


def test_people_read_tables_and_warnings(run_cli: Run, folder: Path, tiny_checkpoint: Path):
    answer = run_cli("inspect", folder, "--model", tiny_checkpoint, "--max-length", 32)
    assert (answer.code, answer.stdout) == (0, "")
    for words in ("over 32", "shared rows (near: similarity of at least 0.7)", "cut to 32 tokens", "same input"):
        assert words in answer.stderr


@pytest.mark.parametrize("name", KINDS.names())
def test_what_is_cut_and_what_is_read_in_windows_is_as_in_training(tiny_checkpoint: Path, name: str):
    """Long rows, read by the kind's own objective: what that makes of them is what an inspection says."""
    kind, text = learned(name), load_text_encoder(tiny_checkpoint)
    long = [Example({field: as_long(value) for field, value in row.inputs.items()}) for row in EXAMPLES[name]]
    rows = [*EXAMPLES[name][:1], *long]
    lesson = Lesson.of_examples(Task("t", kind), rows, objective_for(kind), text)
    found = readings(kind, rows, text.encode([row.texts for row in rows]), text)
    if kind.windowed:
        assert [reading.lost for reading in found] == lesson.cuts
        assert sum(reading.windows for reading in found) == len(lesson.features) > len(found)
    else:
        assert [reading.windows for reading in found] == [1] * len(found) == [1] * len(lesson.features)
        assert [reading.lost > 0 for reading in found] == [cut > 0 for cut in lesson.cuts]
    assert [reading.tokens > text.max_length for reading in found] == [False, *[True] * len(long)]


def as_long(value: Any) -> Any:
    """A text, or words, of ninety times as much."""
    return " ".join([value] * 90) if isinstance(value, str) else value * 90


def test_a_long_context_is_told_in_windows(run_cli: Run, tmp_path: Path, tiny_checkpoint: Path):
    rows = [("was it good", "very " * 200 + "good", "good"), ("was it", "it was late", "late"), ("why", "bad", "bad")]
    lines = [json.dumps(dict(zip(("question", "context", "answers"), row, strict=True))) for row in rows]
    (tmp_path / "asked.jsonl").write_text("\n".join(lines))
    told = run_cli("inspect", tmp_path / "asked.jsonl", "--model", tiny_checkpoint)
    assert "windows of 64" in told.stderr
    assert "cut to" not in told.stderr
    (task,) = run_cli("inspect", tmp_path / "asked.jsonl", "--model", tiny_checkpoint, "--json").record["tasks"]
    tokens = task["splits"]["train"]["tokens"]
    assert (tokens["cut"], tokens["lost"], tokens["windows"] > 5, task["warnings"]) == (0, 0, True, [])


def test_a_question_that_takes_more_than_half_a_window_is_cut(run_cli: Run, tmp_path: Path, tiny_checkpoint: Path):
    answers = ("good", "bad", "late")
    rows = [{"question": "why " * 90, "context": "very " * 90 + answer, "answers": answer} for answer in answers]
    (tmp_path / "asked.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (task,) = run_cli("inspect", tmp_path / "asked.jsonl", "--model", tiny_checkpoint, "--json").record["tasks"]
    assert task["warnings"][-1].startswith("train: 100.0% of the rows are cut to 64 tokens and lose ")


def test_tasks_given_together_are_compared(run_cli: Run, folder: Path, tmp_path: Path, tiny_checkpoint: Path):
    other = tmp_path / "other.csv"
    other.write_text("text,label\nnice crew,good\nbad food,bad\n")
    record = run_cli("inspect", folder, other, "--model", tiny_checkpoint, "--json").record
    shared = {(leak["from"], leak["to"]): leak["exact"] for leak in record["leakage"]}
    assert shared["other/train", "reviews/test"] == 1
    assert shared["reviews/train", "other/train"] == 0


def test_rows_shared_by_two_files_are_warned_about(run_cli: Run, tmp_path: Path, tiny_checkpoint: Path):
    for folder, rows in (("a", ROWS), ("b", [ROWS[0], ROWS[2]])):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "reviews.csv").write_text("text,label\n" + "\n".join(rows) + "\n")
    given = (tmp_path / "a/reviews.csv", tmp_path / "b/reviews.csv")
    one, other = run_cli("inspect", *given, "--model", tiny_checkpoint, "--json").record["tasks"]
    assert (one["name"], other["name"]) == ("a/reviews", "b/reviews")
    warning = "train: 2 of 2 rows also stand in a/reviews/train (2 exactly)"
    assert warning in other["warnings"]
    assert not [text for text in one["warnings"] if "also stand" in text]
    assert one["notes"] == ["a/reviews: columns text=text, label=label (detected)"]


@pytest.mark.parametrize("written", ["NaN", "null", "None", "n/a"])
def test_a_word_for_nothing_is_a_label_with_a_warning(
    run_cli: Run, tmp_path: Path, tiny_checkpoint: Path, written: str
):
    file = tmp_path / "a.csv"
    file.write_text("text,label\n" + "\n".join([*ROWS, f"no idea,{written}"]) + "\n")
    (task,) = run_cli("inspect", file, "--model", tiny_checkpoint, "--json").record["tasks"]
    assert written in task["labels"]
    said = f"train: '{written}' counts as a label (1 of the rows): where it means that one is missing, delete them"
    assert said in task["warnings"]


def test_the_threshold_is_an_option_with_bounds(run_cli: Run, folder: Path, tiny_checkpoint: Path):
    assert run_cli("inspect", folder, "--model", tiny_checkpoint, "--near", 1, "--json").record["near_threshold"] == 1
    assert run_cli("inspect", folder, "--model", tiny_checkpoint, "--near", 0).code == 2


def test_lengths_are_counted_without_the_weights(tiny_checkpoint: Path):
    light, whole = load_text_encoder(tiny_checkpoint), load_trunk(tiny_checkpoint).text
    texts = [("the film was good",), ("unheard-of words",)]
    assert light.encode(texts) == whole.encode(texts)
    assert (light.max_length, light.pad_id) == (whole.max_length, whole.pad_id)


def test_the_function_takes_rows_and_gives_the_facts(tiny_checkpoint: Path):
    rows = [{"text": text, "label": label} for text, label in (("good", "a"), ("bad", "b"), ("bad", "a"))]
    found = crosstask.inspect(rows, model=str(tiny_checkpoint), ui=Silent())
    assert found.tasks[0].splits["train"].repeats.conflicts == 2


def test_what_the_function_gives_is_short_in_a_notebook(tiny_checkpoint: Path):
    rows = [(f"the film number {number} was very long and good", "ab"[number % 2]) for number in range(500)]
    found = crosstask.inspect(rows, model=str(tiny_checkpoint), ui=Silent())
    assert repr(found) == "Inspection(tasks=(TaskFacts(task: train 500 rows, 0 warnings),))"
    assert len(repr(found.tasks[0].task)) < 400
    assert len(repr(found.tasks[0].splits["train"])) < 400


def test_the_rows_of_files_are_not_held(folder: Path, tiny_checkpoint: Path):
    found = crosstask.inspect(folder, model=str(tiny_checkpoint), ui=Silent())
    assert all(isinstance(split.examples, Reread) for split in found.tasks[0].task.splits.values())


def test_real_pairs_are_read_and_checked(run_cli: Run, shared_data: Path, tmp_path: Path, tiny_checkpoint: Path):
    """The makers of the data counted one validation pair that is also in train."""
    for split in ("train", "validation"):
        rows = gzip.decompress((shared_data / "rte" / f"{split}.jsonl.gz").read_bytes())
        (tmp_path / f"{split}.jsonl").write_bytes(rows)
    record = run_cli("inspect", tmp_path, "--model", tiny_checkpoint, "--json").record
    assert record["tasks"][0]["fields"] == {"text": "premise", "text_pair": "hypothesis", "label": "label"}
    assert [leak["exact"] for leak in record["leakage"]] == [1]
    assert json.loads(rows.splitlines()[0])["premise"]
