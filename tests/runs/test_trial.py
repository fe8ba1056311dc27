"""A trial: the same inputs have the same key and give the same model."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from bundles import REVIEWS, random_bundle
from crosstask.runs.options import TrainingOptions
from crosstask.runs.start import Start, load_start
from crosstask.runs.trial import Trained, Trial
from crosstask.tasks.kinds.generation import Generation
from crosstask.tasks.task import Example, Split, Task
from crosstask.ui import Silent
from tiny_training import CPU, Notes, assert_same, rows, toy_task, weights_of

UI = Silent()
QUICK = TrainingOptions(steps=4, batch_size=8)


@pytest.fixture
def start(tiny_checkpoint: Path) -> Start:
    return load_start(str(tiny_checkpoint))


def trial(start: Start, **changes: Any) -> Trial:
    return replace(Trial(toy_task(), start, QUICK, CPU), **changes)


def changed(**options: Any) -> dict[str, Any]:
    return {"options": TrainingOptions(**{"steps": 4, "batch_size": 8, **options})}


def test_the_key_is_that_of_the_result(start: Start, tiny_checkpoint: Path):
    assert trial(start).key == trial(load_start(str(tiny_checkpoint))).key
    same = [
        {"objective": "classification_head"},
        {"objective": "head:dropout=0.1"},
        {"save_seconds": 0.0},
        {"precision": "fp32"},
    ]
    assert {trial(start, **changed(**options)).key for options in same} == {trial(start).key}


def test_whatever_changes_the_result_changes_the_key(start: Start, tiny_checkpoint: Path, tmp_path: Path):
    task = toy_task()
    other_rows = task.with_splits(train=Split([*task.splits["train"].examples[:-1], *rows(1, seed=9)]))
    bundle = load_start(str(random_bundle(tiny_checkpoint, tmp_path / "b", {"reviews": REVIEWS})))
    trials = [
        trial(start),
        trial(start, seed=1),
        trial(start, task=toy_task("other")),
        trial(start, task=other_rows),
        trial(start, task=toy_task(train=24, validation=8)),
        trial(start, **changed(learning_rate=1e-4)),
        trial(start, **changed(objective="head:pooling=cls")),
        trial(start, **changed(batch_size=4)),
        trial(load_start(str(tiny_checkpoint), max_length=16)),
        trial(bundle),
    ]
    assert len({one.key for one in trials}) == len(trials)


def train(one: Trial) -> tuple[Trained, dict[str, torch.Tensor]]:
    trained = one.train(UI)
    return trained, weights_of(trained.model)


def test_trained_twice_it_gives_the_same_and_its_start_stays_as_it_was(start: Start):
    before = start.trunk.content_hash
    _, first = train(trial(start))
    _, second = train(trial(start))
    assert_same(second, first)
    assert start.trunk.content_hash == before
    _, other = train(trial(start, seed=1))
    assert not torch.equal(other["heads.reviews.linear.weight"], first["heads.reviews.linear.weight"])


def test_a_known_head_with_the_same_labels_is_where_training_starts(tiny_checkpoint: Path, tmp_path: Path):
    bundle = load_start(str(random_bundle(tiny_checkpoint, tmp_path / "b", {"films": REVIEWS})))
    notes = Notes()
    one = trial(bundle, **changed(steps=1, learning_rate=1e-12, head_learning_rate=1e-12))
    trained = one.train(notes)
    known = bundle.heads["films"].head.linear.weight
    torch.testing.assert_close(trained.model.head("reviews").linear.weight, known)
    assert "the head of 'films' is kept: its labels are the same" in notes.lines
    assert trained.model.head("reviews") is not bundle.heads["films"].head


def test_a_known_head_is_kept_where_dropout_alone_differs(tiny_checkpoint: Path, tmp_path: Path):
    bundle = load_start(str(random_bundle(tiny_checkpoint, tmp_path / "b", {"reviews": REVIEWS})))
    options = {"steps": 1, "learning_rate": 1e-12, "head_learning_rate": 1e-12, "objective": "head:dropout=0.5"}
    head = trial(bundle, **changed(**options)).train(UI).model.head("reviews")
    known = bundle.heads["reviews"].head
    torch.testing.assert_close(head.state_dict(), known.state_dict())
    assert (head.config["dropout"], known.config["dropout"]) == (0.5, 0.1)


def test_a_known_head_of_another_make_is_not_used(tiny_checkpoint: Path, tmp_path: Path):
    bundle = load_start(str(random_bundle(tiny_checkpoint, tmp_path / "b", {"reviews": REVIEWS})))
    notes = Notes()
    trial(bundle, **changed(objective="head:pooling=cls")).train(notes)
    assert not [line for line in notes.lines if "is kept" in line]


def test_a_head_for_other_labels_is_fresh(tiny_checkpoint: Path, tmp_path: Path):
    bundle = load_start(str(random_bundle(tiny_checkpoint, tmp_path / "b", {"reviews": REVIEWS})))
    notes = Notes()
    task = toy_task(labels=("bad", "good", "neither"))
    trained = trial(bundle, task=task).train(notes)
    assert trained.model.head("reviews").config["labels"] == 3
    assert not [line for line in notes.lines if "is kept" in line]


def test_of_several_heads_that_of_the_same_name_is_kept(tiny_checkpoint: Path, tmp_path: Path):
    heads = {"a": REVIEWS, "reviews": REVIEWS}
    bundle = load_start(str(random_bundle(tiny_checkpoint, tmp_path / "b", heads)))
    notes = Notes()
    trial(bundle).train(notes)
    assert "the head of 'reviews' is kept: its labels are the same" in notes.lines


def test_without_validation_nothing_is_chosen(start: Start):
    trained = trial(start).train(UI)
    assert (trained.validation, trained.fitted, trained.steps) == (None, {}, 4)
    assert not [row for row in trained.journal if "score" in row]


def test_with_validation_the_best_weights_are_kept(start: Start):
    fast = {"learning_rate": 1e-2, "head_learning_rate": 3e-2, "steps": 60, "patience": 2}
    trained = trial(start, task=toy_task(train=24, validation=120), **changed(**fast)).train(UI)
    scores = [(row["score"], -row["step"]) for row in trained.journal if "score" in row]
    best = max(scores)
    assert trained.validation.metrics["macro_f1"].value == pytest.approx(best[0])
    assert trained.validation.rows == 120
    assert trained.fitted["temperature"] != 1.0
    waited = [score for score, step in scores if -step > -best[1]]
    assert trained.steps == 60 or len(waited) == 2


def test_what_writes_texts_is_chosen_by_its_loss_and_writes_once(tiny_decoder: Path, monkeypatch: pytest.MonkeyPatch):
    from crosstask.models import generation

    written: list[int] = []
    plain = generation.generate
    monkeypatch.setattr(generation, "generate", lambda *given: written.append(1) or plain(*given))
    rows = [Example({"source": f"number {row}"}, (f"no. {row}",), row) for row in range(16)]
    task = Task("notes", Generation(), {"train": Split(rows[:12]), "validation": Split(rows[12:])})
    options = TrainingOptions(objective="lm:max_new_tokens=4", steps=6, batch_size=8)
    trained = Trial(task, load_start(str(tiny_decoder)), options, CPU).train(UI)
    scored = [row for row in trained.journal if "score" in row]
    assert [row["step"] for row in scored] == [2, 4, 6]
    assert all(row["score"] == -row["validation_loss"] < 0 for row in scored)
    assert set(trained.validation.metrics) == {"rouge_l", "chrf", "exact_match"}
    assert len(written) == 1


def test_a_long_text_counts_as_often_in_an_epoch_as_it_has_windows(start: Start):
    long = [Example({"text": "a good film " * 60}, label, row) for row, label in enumerate(["bad", "good"] * 4)]
    task = toy_task().with_splits(train=Split(long))
    whole, windows = (
        trial(start, task=task, options=TrainingOptions(objective=way, epochs=1, batch_size=2))
        for way in ("head", "head:windows=true")
    )
    assert whole.steps == 4
    assert windows.steps == len(windows.lesson("train").features) / 2 > 8


def test_a_watched_split_is_scored_and_changes_nothing(start: Start):
    _, expected = train(trial(start))
    watching = trial(start, task=toy_task())
    watched = replace(watching, task=toy_task(test=12)).lesson("test")
    trained = watching.train(UI, watched=watched)
    assert [row["step"] for row in trained.journal if "score" in row] == [3, 4]
    assert trained.validation is None
    assert_same(weights_of(trained.model), expected)


def test_predictions_and_scores_agree(start: Start):
    one = trial(start, task=toy_task(train=24, test=20))
    trained = one.train(UI)
    examples = one.task.split("test").examples
    right = [
        record["label"] == row.target for record, row in zip(one.predict(trained, examples), examples, strict=True)
    ]
    assert one.scores(trained, "test").metrics["accuracy"].value == pytest.approx(sum(right) / 20)


def test_what_is_cut_is_told(tiny_checkpoint: Path):
    notes = Notes()
    trial(load_start(str(tiny_checkpoint), max_length=8), **changed(max_length=8)).train(notes)
    (line,) = [line for line in notes.lines if "cut to 8 tokens" in line]
    assert "% of the rows" in line
