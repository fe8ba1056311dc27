"""Taken up at any step, a run ends with bit for bit the weights it would have had."""

from pathlib import Path
from typing import Any

import pytest
import torch

from crosstask.errors import Interrupted
from crosstask.training.finish import KeepBest
from crosstask.training.fit import Fit
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson
from crosstask.training.loop import Training
from crosstask.training.runtime import Runtime
from tiny_training import CPU, Stops, assert_same, toy_task, toy_training, weights_of

RUNS: dict[str, dict[str, Any]] = {
    "one phase over epochs": {"phases": [{"steps": 7}]},
    "updates of low rank": {"phases": [{"steps": 4, "tuning": "lora:r=2,dropout=0.1"}]},
    "phases": {
        "phases": [
            {"steps": 3, "name": "all"},
            {"steps": 2, "name": "probe", "tuning": "head"},
            {"steps": 2, "name": "upper", "tuning": "freeze:layers=1"},
        ]
    },
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_the_loop_goes_on_from_its_state_after_every_step(tiny_checkpoint: Path, run: dict[str, Any]):
    whole = toy_training(tiny_checkpoint, **run)
    states, reports = [], []
    for report in whole:
        reports.append(report)
        states.append({name: value.clone() for name, value in whole.state().items()})
    for step, state in enumerate(states, start=1):
        again = toy_training(tiny_checkpoint, **run)
        again.load_state(step, state)
        rest = list(again)
        assert [(report.step, report.phase, report.loss) for report in rest] == [
            (report.step, report.phase, report.loss) for report in reports[step:]
        ]
        assert_same(weights_of(again.model), weights_of(whole.model))
        if rest:
            assert_same(again.state(), states[-1])


def test_a_mixture_goes_on_with_the_same_tasks_and_rows(tiny_checkpoint: Path):
    tasks = [toy_task("first"), toy_task("second", train=17)]
    whole = toy_training(tiny_checkpoint, *tasks, phases=[{"steps": 9}])
    for report in whole:
        if report.step == 5:
            state = {name: value.clone() for name, value in whole.state().items()}
    again = toy_training(tiny_checkpoint, *tasks, phases=[{"steps": 9}])
    again.load_state(5, state)
    assert [report.step for report in again] == [6, 7, 8, 9]
    assert_same(weights_of(again.model), weights_of(whole.model))


def test_what_a_tuning_adds_follows_from_the_seed(tiny_checkpoint: Path):
    def added(seed: int) -> dict[str, torch.Tensor]:
        return weights_of(toy_training(tiny_checkpoint, phases=[{"tuning": "lora:r=2"}], seed=seed).model)

    first = added(seed=1)
    with torch.random.fork_rng():
        torch.manual_seed(99)
        assert_same(added(seed=1), first)
    assert any(not torch.equal(value, first[name]) for name, value in added(seed=2).items())


def scored_fit(checkpoint: Path, folder: Path | None, save_seconds: float = 1e9, patience: int = 2) -> Fit:
    """A run in two phases that keeps the best of scores that rise, fall and rise again."""
    task = toy_task(train=24, validation=12)
    phases = [{"steps": 6, "name": "all"}, {"steps": 6, "name": "probe", "tuning": "head"}]
    training = toy_training(checkpoint, task, phases=phases)
    lesson = training.phases[0].lessons[task.name]
    validation = Lesson.of(task, "validation", lesson.objective, lesson.text)
    curve = {2: 0.5, 4: 0.9, 6: 0.7, 8: 0.8, 10: 0.95, 12: 0.99}

    def score():
        outputs(training.model, validation, CPU)
        return {"score": curve[training.step]}

    return Fit(training, KeepBest(patience), score, 2, [validation], folder, save_seconds)


def rows_of(journal):
    return [{key: value for key, value in row.items() if key != "seconds"} for row in journal]


@pytest.mark.parametrize("patience", [2, 3])
def test_a_fit_stopped_after_any_step_ends_the_same(tiny_checkpoint: Path, tmp_path: Path, patience: int):
    whole = scored_fit(tiny_checkpoint, None, patience=patience)
    expected = rows_of(whole.run())
    last = max(row["step"] for row in expected)
    assert last == {2: 8, 3: 12}[patience]
    for step in range(1, last + 1):
        folder = tmp_path / str(step)
        folder.mkdir()
        with pytest.raises(Interrupted) as stop:
            scored_fit(tiny_checkpoint, folder, patience=patience).run(Stops(step))
        assert stop.value.saved == str(folder)
        again = scored_fit(tiny_checkpoint, folder, patience=patience)
        assert rows_of(again.run()) == expected
        assert_same(weights_of(again.training.model), weights_of(whole.training.model))
        assert again.finish.step == whole.finish.step


@pytest.mark.parametrize("patience", [2, 3])
def test_what_comes_after_the_last_step_loses_no_training(
    tiny_checkpoint: Path, tmp_path: Path, patience: int, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("crosstask.training.fit._WORTH_SAVING", 0.0)
    whole = scored_fit(tiny_checkpoint, tmp_path, patience=patience)
    expected = whole.run()
    again = scored_fit(tiny_checkpoint, tmp_path, patience=patience)
    monkeypatch.setattr(Training, "_take_step", None)
    assert again.run() == expected
    assert_same(weights_of(again.training.model), weights_of(whole.training.model))


def test_a_checkpoint_without_its_journal_still_knows_its_step(tiny_checkpoint: Path, tmp_path: Path):
    fit = scored_fit(tiny_checkpoint, tmp_path, save_seconds=0.0)
    fit.run()
    (tmp_path / "metrics.jsonl").write_bytes(b"\0" * 40)
    again = scored_fit(tiny_checkpoint, tmp_path)
    assert again.run() == []
    assert again.training.step == fit.training.step


def test_early_stopping_goes_back_to_the_best_step_across_phases(tiny_checkpoint: Path):
    fit = scored_fit(tiny_checkpoint, None, patience=2)
    at_best = None
    observe = fit.finish.observe

    def watch(weights, step, score):
        nonlocal at_best
        if step == 4:
            at_best = {name: value.clone() for name, value in weights.items()}
        return observe(weights, step, score)

    fit.finish.observe = watch
    journal = fit.run()
    assert (fit.finish.step, max(row["step"] for row in journal)) == (4, 8)
    found = weights_of(fit.training.model)
    table = "trunk.encoder.embeddings.word_embeddings.weight"
    assert len(found[table]) > len(at_best[table])
    assert_same({**found, table: at_best[table]}, at_best)


@pytest.mark.parametrize("damage", ["state.json", "state.safetensors", "one byte", "no file"])
def test_a_damaged_checkpoint_costs_time_alone(tiny_checkpoint: Path, tmp_path: Path, damage: str):
    whole = scored_fit(tiny_checkpoint, None)
    expected = rows_of(whole.run())
    with pytest.raises(Interrupted):
        scored_fit(tiny_checkpoint, tmp_path).run(Stops(5))
    (checkpoint,) = tmp_path.glob("checkpoint-*")
    tensors = checkpoint / "state.safetensors"
    if damage == "one byte":
        content = bytearray(tensors.read_bytes())
        content[-7] ^= 1
        tensors.write_bytes(content)
    elif damage == "no file":
        tensors.unlink()
    else:
        (checkpoint / damage).write_bytes(b"{}")
    again = scored_fit(tiny_checkpoint, tmp_path)
    assert rows_of(again.run()) == expected
    assert_same(weights_of(again.training.model), weights_of(whole.training.model))


def test_a_scaler_is_taken_up_too(tiny_checkpoint: Path):
    class Scaled(Runtime):
        """Float32 with the gradient scaler that float16 has."""

        def scaler(self):
            return torch.amp.GradScaler("cpu", init_scale=1024.0, growth_interval=3)

    def make():
        training = toy_training(tiny_checkpoint)
        return Training(training.model, training.phases, Scaled(CPU.device, "fp32"))

    whole = make()
    for report in whole:
        if report.step == 2:
            state = {name: value.clone() for name, value in whole.state().items()}
    again = make()
    again.load_state(2, state)
    for _ in again:
        pass
    assert whole.scaler.get_scale() == 4096.0
    assert again.scaler.state_dict() == whole.scaler.state_dict()
    assert_same(weights_of(again.model), weights_of(whole.model))
