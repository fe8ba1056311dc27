"""Driving the loop: the vocabulary made small and whole again, scores where they are due, the journal."""

import json
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from crosstask.errors import Interrupted
from crosstask.models.tokens import Tokens
from crosstask.tasks.task import Example
from crosstask.training.finish import KeepBest
from crosstask.training.fit import Fit
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson
from tiny_training import CPU, Notes, assert_same, toy_task, toy_training, weights_of

TABLE = "trunk.encoder.embeddings.word_embeddings.weight"


def test_a_small_vocabulary_trains_to_the_same_weights(tiny_checkpoint: Path):
    alone, fitted = toy_training(tiny_checkpoint), toy_training(tiny_checkpoint)
    for _ in alone:
        pass
    Fit(fitted).run()
    assert_same(weights_of(fitted.model), weights_of(alone.model))


def test_rows_of_the_vocabulary_that_no_text_uses_stay_as_they_are(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint)
    before = weights_of(training.model)[TABLE]
    used = training.phases[0].lessons["reviews"].token_ids
    Fit(training).run()
    after = weights_of(training.model)[TABLE]
    unused = np.setdiff1d(np.arange(len(before)), used)
    assert 0 < len(unused) < len(before)
    assert torch.equal(after[unused], before[unused])
    assert not torch.equal(after[used], before[used])


def test_the_vocabulary_is_whole_again_after_an_error(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint)
    before = weights_of(training.model)[TABLE]

    def fails():
        assert len(training.model.get_parameter(TABLE)) < len(before)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Fit(training, score=fails, score_every=2).run()
    after = weights_of(training.model)[TABLE]
    assert after.shape == before.shape
    assert not torch.equal(after, before)
    assert training.model.get_parameter(TABLE).requires_grad


def test_scored_rows_may_hold_words_that_training_rows_do_not(tiny_checkpoint: Path):
    task = toy_task()
    strange = [Example({"text": "xyz 123 ?"}, "good", 1)]

    def fit(told: bool) -> Fit:
        training = toy_training(tiny_checkpoint, task)
        objective = training.phases[0].lessons["reviews"].objective
        lesson = Lesson.of_examples(task, strange, objective, training.model.trunk.text)

        def score():
            return {"score": float(outputs(training.model, lesson, CPU).values[0][0])}

        return Fit(training, score=score, scored=[lesson] if told else [])

    assert np.isfinite(fit(told=True).run()[-1]["score"])
    with pytest.raises(IndexError):
        fit(told=False).run()


@pytest.mark.parametrize(("every", "steps"), [(0, [6]), (2, [2, 4, 6]), (4, [4, 6])])
def test_scores_come_where_they_are_due_and_at_the_end(tiny_checkpoint: Path, every: int, steps: list[int]):
    journal = Fit(toy_training(tiny_checkpoint), score=lambda: {"score": 0.5}, score_every=every).run()
    assert [row["step"] for row in journal if "score" in row] == steps
    assert [row["step"] for row in journal if "loss" in row] == [1, 2, 3, 4, 5, 6]


def test_the_last_weights_stay_where_nothing_chooses(tiny_checkpoint: Path):
    plain, watched = toy_training(tiny_checkpoint), toy_training(tiny_checkpoint)
    Fit(plain).run()
    Fit(watched, score=lambda: {"score": -watched.step}, score_every=1).run()
    assert_same(weights_of(watched.model), weights_of(plain.model))


def test_the_journal_on_disk_is_the_journal_in_hand(tiny_checkpoint: Path, tmp_path: Path):
    training = toy_training(tiny_checkpoint)
    journal = Fit(training, KeepBest(9), lambda: {"score": 1.0}, 3, folder=tmp_path).run()
    lines = (tmp_path / "metrics.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == journal
    assert len(journal) == 8


@pytest.mark.parametrize(("seconds", "checkpoints"), [(0.0, ["checkpoint-00000006"]), (1e9, [])])
def test_checkpoints_come_as_often_as_asked_and_the_newest_stays(tiny_checkpoint, tmp_path, seconds, checkpoints):
    Fit(toy_training(tiny_checkpoint), folder=tmp_path, save_seconds=seconds).run()
    assert sorted(path.name for path in tmp_path.iterdir()) == [*checkpoints, "metrics.jsonl"]


def test_a_run_that_is_at_its_end_is_taken_up_there(tiny_checkpoint: Path, tmp_path: Path):
    first = toy_training(tiny_checkpoint)
    journal = Fit(first, folder=tmp_path, save_seconds=0).run()
    again = toy_training(tiny_checkpoint)
    assert Fit(again, folder=tmp_path, save_seconds=0).run() == journal
    assert_same(weights_of(again.model), weights_of(first.model))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_without_a_folder_nothing_is_said_to_be_saved(tiny_checkpoint: Path, number: int):
    training = toy_training(tiny_checkpoint)
    before = signal.getsignal(number)

    def stop():
        signal.raise_signal(number)
        return {"score": 0.0}

    with pytest.raises(Interrupted) as error:
        Fit(training, score=stop, score_every=2).run()
    assert error.value.saved is None
    assert training.step == 2
    assert signal.getsignal(number) == before


def test_a_second_ctrl_c_stops_at_once(tiny_checkpoint: Path):
    def stop():
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("still running")

    with pytest.raises(KeyboardInterrupt) as error:
        Fit(toy_training(tiny_checkpoint), score=stop).run()
    assert not isinstance(error.value, Interrupted)


def test_in_another_thread_signals_go_their_way(tiny_checkpoint: Path):
    with ThreadPoolExecutor() as pool:
        journal = pool.submit(Fit(toy_training(tiny_checkpoint)).run).result()
    assert len(journal) == 6


def test_smaller_parts_are_told(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint)

    def small(_: object, inputs: tuple[Tokens]) -> None:
        if inputs[0].ids.numel() > 70:
            raise torch.OutOfMemoryError("CUDA out of memory")

    training.model.trunk.register_forward_pre_hook(small)
    notes = Notes()
    Fit(training).run(notes)
    (line,) = notes.lines
    assert line.startswith("out of memory at step 1: parts of at most ")
    assert line.endswith("the effective batch stays as it is")
