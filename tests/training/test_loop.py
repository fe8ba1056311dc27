"""The one loop: it learns, clips, runs its phases in order, trains several tasks, and leaves the world as it was."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from crosstask.errors import ConfigError, InputError
from crosstask.models.tokens import Tokens
from crosstask.runs.options import TrainingOptions
from crosstask.tasks.task import Example, Split
from crosstask.training.inference import outputs
from crosstask.training.loop import Training
from crosstask.training.runtime import Runtime
from tiny_training import CPU, FAST, assert_same, toy_model, toy_phase, toy_task, toy_training, weights_of


def test_losses_go_down(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint, phases=[{"steps": 40}])
    losses = [report.loss for report in training]
    assert sum(losses[-5:]) < 0.4 * sum(losses[:5])


def test_reports_count_steps_rates_and_tokens(tiny_checkpoint: Path):
    task = toy_task()
    rates = TrainingOptions(learning_rate=1e-3, head_learning_rate=1e-2, warmup=0.5).rates
    training = toy_training(tiny_checkpoint, task, phases=[{"steps": 6, "rates": rates}])
    reports = list(training)
    assert [report.step for report in reports] == [1, 2, 3, 4, 5, 6]
    factors = [rates.schedule.factor(step, 6) for step in range(6)]
    assert [report.learning_rate for report in reports] == pytest.approx([1e-3 * factor for factor in factors])
    lengths = training.phases[0].lessons[task.name].lengths
    for epoch in (reports[:3], reports[3:]):
        assert sum(report.tokens for report in epoch) == lengths.sum()
    assert all(report.padded >= report.tokens and report.seconds > 0 for report in reports)


@pytest.mark.parametrize("clip", [1e-3, 1e3])
def test_a_step_is_clipped_to_the_largest_norm(tiny_checkpoint: Path, clip: float):
    training = toy_training(tiny_checkpoint, phases=[{"rates": replace(FAST, clip=clip)}])
    report = next(iter(training))
    gradients = torch.stack([parameter.grad.norm() for parameter in training.model.parameters()])
    assert float(gradients.norm()) == pytest.approx(min(clip, report.gradient_norm), rel=1e-3)


def test_a_loss_that_is_no_number_is_an_error_with_the_mend(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint)
    steps = iter(training)
    next(steps)
    with torch.no_grad():
        training.model.head("reviews").linear.bias.fill_(float("nan"))
    before = weights_of(training.model)
    with pytest.raises(InputError, match=r"no number at step 2\. Lower --learning-rate\."):
        next(steps)
    after = weights_of(training.model)
    assert all(torch.equal(after[name], before[name]) for name in before if "linear.bias" not in name)


def test_a_lack_of_memory_is_an_error_with_the_mend(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint)

    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    training.model.trunk.register_forward_pre_hook(full)
    with pytest.raises(ConfigError, match=r"not enough memory\. Lower --micro-tokens\."):
        next(iter(training))
    lesson = training.phases[0].lessons["reviews"]
    with pytest.raises(ConfigError, match=r"not enough memory\. Free memory on it, or use --device cpu\."):
        outputs(training.model, lesson, CPU)


def test_where_memory_lacks_the_step_is_made_in_smaller_parts(tiny_checkpoint: Path):
    task = toy_task()

    def training(memory: int) -> Training:
        model = toy_model(tiny_checkpoint, task, dropout=False)

        def small(_: object, inputs: tuple[Tokens]) -> None:
            if inputs[0].ids.numel() > memory:
                raise torch.OutOfMemoryError("CUDA out of memory")

        model.trunk.register_forward_pre_hook(small)
        return Training(model, [toy_phase(model, task)], CPU)

    enough, little = training(10**6), training(70)
    expected, found = list(enough), list(little)
    assert [report.parts_of is None for report in found] == [False] + [True] * 5
    assert found[0].parts_of <= 70
    assert all(report.parts_of is None for report in expected)
    assert [report.tokens for report in found] == [report.tokens for report in expected]
    assert [report.loss for report in found] == pytest.approx([report.loss for report in expected], rel=1e-4)


def test_a_row_that_alone_is_too_long_ends_the_training(tiny_checkpoint: Path):
    task = toy_task()
    model = toy_model(tiny_checkpoint, task, dropout=False)
    long = Example({"text": "good film " * 40}, "good", 99)
    task = task.with_splits(train=Split([*task.split("train").examples[:7], long]))

    def small(_: object, inputs: tuple[Tokens]) -> None:
        if inputs[0].ids.shape[1] > 30:
            raise torch.OutOfMemoryError("CUDA out of memory")

    model.trunk.register_forward_pre_hook(small)
    with pytest.raises(ConfigError, match=r"Lower --micro-tokens\."):
        next(iter(Training(model, [toy_phase(model, task)], CPU)))


def test_phases_run_in_order_each_with_its_tuning_and_schedule(tiny_checkpoint: Path):
    phases = [
        {"name": "probe", "steps": 3, "tuning": "head"},
        {"name": "rest", "steps": 4, "tuning": "freeze:layers=1"},
    ]
    training = toy_training(tiny_checkpoint, phases=phases)
    start = weights_of(training.model)
    seen = []
    for report in training:
        seen.append((report.step, report.phase))
        if report.step == 3:
            probed = weights_of(training.model)
    end = weights_of(training.model)
    assert seen == [(1, "probe"), (2, "probe"), (3, "probe"), (4, "rest"), (5, "rest"), (6, "rest"), (7, "rest")]

    def moved(before, after):
        return {name for name in before if not torch.equal(before[name], after[name])}

    assert moved(start, probed) == {"heads.reviews.linear.weight", "heads.reviews.linear.bias"}
    rest = moved(probed, end)
    assert any(".layer.1." in name for name in rest)
    assert not [name for name in rest if ".layer.0." in name or "embeddings" in name]


def test_each_phase_has_a_fresh_optimizer_and_its_own_steps(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint, phases=[{"steps": 2, "name": "one"}, {"steps": 2, "name": "two"}])
    counts = [int(next(iter(training.optimizer.state.values()))["step"]) for _ in training]
    assert counts == [1, 2, 1, 2]


def test_a_mixture_trains_the_heads_of_both_tasks_each_on_its_own_rows(tiny_checkpoint: Path):
    first, second = toy_task("first", train=32), toy_task("second", labels=("bad", "good", "neither"), train=48)
    training = toy_training(tiny_checkpoint, first, second, phases=[{"steps": 120}])
    start = weights_of(training.model)
    mixture = training.phases[0].mixture
    trained = []
    before = start
    losses: dict[str, list[float]] = {"first": [], "second": []}
    for place, report in enumerate(training):
        name = mixture.task_at(place).name
        losses[name].append(report.loss)
        after = weights_of(training.model)
        trained += [{key for key in after if key.startswith("heads.") and not torch.equal(after[key], before[key])}]
        assert all(key.startswith(f"heads.{name}.") for key in trained[-1])
        before = after
    assert all(trained)
    for found in losses.values():
        assert len(found) > 15
        assert sum(found[-4:]) < 0.7 * sum(found[:4])


def test_the_callers_random_state_is_as_it_was(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint)
    before = torch.get_rng_state()
    for _ in training:
        assert torch.equal(torch.get_rng_state(), before)


def test_the_callers_random_state_does_not_matter_but_the_seed_does(tiny_checkpoint: Path):
    def trained(noise: int, seed: int):
        training = toy_training(tiny_checkpoint, seed=seed)
        for _ in training:
            with torch.random.fork_rng():
                torch.manual_seed(noise)
        return weights_of(training.model)

    torch_state = torch.get_rng_state()
    one = trained(1, seed=0)
    with torch.random.fork_rng():
        torch.rand(7)
        assert_same(trained(2, seed=0), one)
    other = trained(1, seed=1)
    assert not torch.equal(other["heads.reviews.linear.weight"], one["heads.reviews.linear.weight"])
    assert torch.equal(torch.get_rng_state(), torch_state)


def test_dropout_differs_from_step_to_step(tiny_checkpoint: Path):
    """The same rows and weights at another step give another loss."""
    task = toy_task(train=8)
    model = toy_model(tiny_checkpoint, task)
    still = TrainingOptions(learning_rate=1e-12, head_learning_rate=1e-12).rates
    training = Training(model, [toy_phase(model, task, steps=4, rates=still)], CPU)
    losses = [report.loss for report in training]
    assert len({round(loss, 6) for loss in losses}) == 4


def test_the_loop_stops_where_its_caller_stops(tiny_checkpoint: Path):
    training = toy_training(tiny_checkpoint)
    assert [report.step for report in itertools.islice(training, 2)] == [1, 2]
    assert [report.step for report in training] == [3, 4, 5, 6]


def test_scoring_between_steps_does_not_change_the_training(tiny_checkpoint: Path):
    plain, scored = toy_training(tiny_checkpoint), toy_training(tiny_checkpoint)
    for _ in plain:
        pass
    for _ in scored:
        scored.model.eval()
    assert_same(weights_of(scored.model), weights_of(plain.model))


def test_mixed_precision_on_the_cpu_learns_too(tiny_checkpoint: Path):
    task = toy_task()
    model = toy_model(tiny_checkpoint, task)
    training = Training(model, [toy_phase(model, task, steps=40)], Runtime.make("cpu", "bf16"))
    losses = [report.loss for report in training]
    assert sum(losses[-5:]) < 0.6 * sum(losses[:5])
    assert all(parameter.dtype == torch.float32 for parameter in model.parameters())
