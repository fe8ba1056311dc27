"""Forecasts: they grow with the work, count what is done, and know the program's own memory."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from crosstask.errors import ConfigError
from crosstask.models.tuning.freeze import Freeze
from crosstask.models.tuning.full import Full
from crosstask.models.tuning.head import Head
from crosstask.models.tuning.lora import Lora
from crosstask.runs import forecast
from crosstask.runs.forecast import Forecast, in_turn, inference, program_memory, training
from crosstask.runs.options import TrainingOptions
from crosstask.runs.start import load_start
from crosstask.runs.trial import Trial
from crosstask.tasks.kinds.generation import Generation
from crosstask.tasks.task import Example, Split, Task
from crosstask.training.lesson import Lesson
from tiny_training import CPU, toy_task

DEVICE = torch.device("cpu")


@pytest.fixture
def trial(tiny_checkpoint: Path) -> Trial:
    options = TrainingOptions(steps=40, batch_size=8)
    return Trial(toy_task(train=24, validation=16), load_start(str(tiny_checkpoint)), options, CPU)


def with_options(trial: Trial, **changes: object) -> Trial:
    return replace(trial, options=trial.options.model_copy(update=changes))


def test_time_follows_the_steps_that_are_left(trial: Trial) -> None:
    alone = replace(trial, task=toy_task(train=24))
    whole, half = training(alone), training(alone, done=20)
    assert half.seconds == pytest.approx(whole.seconds / 2)
    assert training(with_options(alone, steps=80)).seconds == pytest.approx(2 * whole.seconds)
    assert training(alone, done=40).seconds == 0


def test_passes_over_validation_rows_take_time_too(trial: Trial) -> None:
    alone = replace(trial, task=toy_task(train=24))
    one = inference(trial.start.trunk, trial.lesson("validation"), DEVICE).seconds
    assert trial.score_every == 6
    assert training(trial).seconds - training(alone).seconds == pytest.approx(7 * one)


def test_a_pass_costs_two_operations_a_weight_and_token_and_training_six(trial: Trial) -> None:
    epoch = with_options(replace(trial, task=toy_task(train=24)), steps=3)
    once = inference(trial.start.trunk, trial.lesson("train"), DEVICE)
    assert training(epoch).seconds == pytest.approx(3 * once.seconds)


def test_what_is_frozen_costs_no_backward(trial: Trial) -> None:
    alone = replace(trial, task=toy_task(train=24))
    full, half, head, lora = (
        training(with_options(alone, tuning=tuning))
        for tuning in (Full(), Freeze(layers=1), Head(), Lora(r=1, targets="all"))
    )
    once = inference(trial.start.trunk, alone.lesson("train"), DEVICE).seconds * 40 * 8 / 24
    assert full.seconds == pytest.approx(3 * once)
    assert half.seconds == pytest.approx(2 * once)  # one of two layers
    assert head.seconds == pytest.approx(once)
    assert 2 * once < lora.seconds < full.seconds
    assert head.memory < half.memory < full.memory


def test_writing_takes_longer_the_longer_texts_may_get(tiny_decoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "matrix_peak", lambda _: 1e11)
    monkeypatch.setattr(forecast, "memory_rate", lambda _: 1e10)
    rows = [Example({"source": f"number {row}"}, (f"no. {row}",), row) for row in range(40)]
    task, start = Task("notes", Generation(), {"train": Split(rows)}), load_start(str(tiny_decoder))

    def seconds(objective: str, count: int) -> float:
        asked = Trial(task, start, TrainingOptions(objective=objective), CPU)
        lesson = Lesson.of_examples(task, rows[:count], asked.objective, start.trunk.text)
        return inference(start.trunk, lesson, DEVICE).seconds

    short, long = (seconds(f"lm:max_new_tokens={most}", 40) for most in (10, 100))
    assert 3 * short < long < 10 * short
    assert seconds("lm:max_new_tokens=100", 1) > 4 * long / 40  # alone, a row has all weights to read


def test_a_forecast_refuses_what_training_would(trial: Trial) -> None:
    with pytest.raises(ConfigError, match="9 layers"):
        training(with_options(trial, tuning=Freeze(layers=9)))


def test_memory_is_that_of_the_program_and_of_the_work(trial: Trial) -> None:
    before = program_memory()
    weights = sum(weight.numel() for weight in trial.start.trunk.parameters())
    assert sys.platform == "win32" or before > 100 * 2**20  # torch alone is more
    assert training(trial).memory > before + 4 * weights
    larger = with_options(trial, batch_size=24)
    assert training(larger).memory - training(trial).memory > 66 * 8 * 16
    assert inference(trial.start.trunk, trial.lesson("train"), DEVICE).memory > before


def test_a_row_beyond_the_largest_part_takes_its_memory_all_the_same(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forecast, "program_memory", lambda: 0)
    longest = int(trial.lesson("train").lengths.max())
    one, none = (training(with_options(trial, micro_tokens=tokens)) for tokens in (longest, 1))
    assert one == none


def test_a_prompt_of_many_answers_is_asked_once_and_learned_many_times(tiny_decoder: Path) -> None:
    options = TrainingOptions(steps=4, batch_size=24, objective="likelihood:calibration=none")
    start = load_start(str(tiny_decoder))
    asked = Trial(toy_task(train=24), start, options, CPU)
    headed = with_options(asked, objective="head")
    lesson, plain = asked.lesson("train"), headed.lesson("train")
    ratio = lesson.asked_lengths.sum() / plain.lengths.sum()
    (one, other) = (inference(start.trunk, rows, DEVICE).seconds for rows in (lesson, plain))
    assert one == pytest.approx(ratio * other)
    assert training(asked).seconds / training(headed).seconds == pytest.approx(
        lesson.lengths.sum() / plain.lengths.sum()
    )


def test_without_a_step_nothing_is_kept_for_training(tiny_decoder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "program_memory", lambda: 0)
    start = load_start(str(tiny_decoder))
    options = TrainingOptions(steps=0, batch_size=24, objective="likelihood:calibration=none")
    asked = Trial(toy_task(train=24, validation=16), start, options, CPU)
    weights = 4 * sum(weight.numel() for weight in start.trunk.parameters())
    once = inference(start.trunk, asked.lesson("validation"), DEVICE)
    assert training(asked) == Forecast(once.seconds, once.memory + weights)
    assert training(with_options(asked, steps=1)).memory > training(asked).memory + 3 * weights


def test_the_pass_that_calibrates_is_counted(tiny_decoder: Path) -> None:
    start = load_start(str(tiny_decoder))
    for rows, options, read in ((24, "", 24), (300, "", 256), (24, ":calibration=none", 0)):
        way = TrainingOptions(steps=0, objective=f"likelihood{options}")
        asked = Trial(toy_task(train=rows), start, way, CPU)
        lesson = asked.asked(read)
        assert len(lesson.examples) == read
        assert training(asked).seconds == pytest.approx(inference(start.trunk, lesson, DEVICE).seconds)


def test_the_test_split_is_counted_where_it_is_scored(trial: Trial) -> None:
    tested = replace(trial, task=toy_task(train=24, validation=16, test=40))
    scored = inference(trial.start.trunk, tested.lesson("test"), DEVICE)
    assert training(tested) == training(trial)
    assert training(tested, test=True).seconds == pytest.approx(training(trial).seconds + scored.seconds)
    assert training(tested, test=True).memory >= scored.memory


def test_a_gpu_has_memory_of_its_own(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "matrix_peak", lambda _: 1e12)
    found = inference(trial.start.trunk, trial.lesson("train"), torch.device("cuda"))
    assert 0 < found.memory < program_memory() / 10


def test_one_after_the_other_add_their_seconds_and_share_the_memory() -> None:
    assert in_turn([Forecast(1.0, 5), Forecast(2.5, 9), Forecast(0.5, 1)]) == Forecast(4.0, 9)
