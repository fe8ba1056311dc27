"""The optimizer: who trains how fast, what decays, and its moments in a checkpoint."""

from pathlib import Path

import pytest
import torch

from crosstask.models.tuning import TUNINGS, Tuning
from crosstask.runs.options import TrainingOptions
from crosstask.training.optimizer import make_optimizer, moments, set_moments, trainable
from tiny_training import assert_same, toy_model, toy_task

RATES = TrainingOptions(learning_rate=1e-3, head_learning_rate=1e-2, weight_decay=0.3).rates


class Halved(Tuning):
    """A tuning under which biases learn half as fast."""

    def attach(self, model) -> None:
        model.requires_grad_(True)

    def rate(self, parameter_name: str) -> float:
        return 0.5 if parameter_name.endswith("bias") else 1.0


@pytest.fixture
def model(tiny_checkpoint: Path):
    return toy_model(tiny_checkpoint, toy_task(), way="head:pooling=attention")


def settings(model, optimizer, what: str) -> dict[str, float]:
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {names[id(weight)]: group[what] for group in optimizer.param_groups for weight in group["params"]}


def test_heads_and_trunk_have_rates_of_their_own_times_the_tunings_factor(model):
    peaks = settings(model, make_optimizer(model, Halved(), RATES), "peak")
    for name, peak in peaks.items():
        base = 1e-2 if name.startswith("heads.") else 1e-3
        assert peak == pytest.approx(base * (0.5 if name.endswith("bias") else 1.0))
    assert peaks.keys() == dict(model.named_parameters()).keys()


def test_heads_learn_as_fast_as_the_trunk_where_nothing_else_is_said(model):
    rates = TrainingOptions(learning_rate=1e-3, head_learning_rate=None).rates
    peaks = settings(model, make_optimizer(model, TUNINGS.make("full"), rates), "peak")
    assert set(peaks.values()) == {1e-3}


def test_weight_matrices_alone_decay(model):
    decays = settings(model, make_optimizer(model, TUNINGS.make("full"), RATES), "weight_decay")
    for name, decay in decays.items():
        matrix = name.endswith("weight") and "LayerNorm" not in name and "embeddings" not in name
        assert decay == (0.3 if matrix and dict(model.named_parameters())[name].ndim > 1 else 0.0), name
    assert 0.3 in decays.values()


def test_what_is_frozen_is_not_in_it(model):
    tuning = TUNINGS.make("head")
    tuning.attach(model)
    optimizer = make_optimizer(model, tuning, RATES)
    assert all(name.startswith("heads.") for name in settings(model, optimizer, "lr"))


def test_moments_round_trip(model, tiny_checkpoint: Path):
    tuning = TUNINGS.make("full")

    def step(model, optimizer):
        for number, parameter in enumerate(trainable(model).values()):
            parameter.grad = torch.full_like(parameter, 0.1 * (number + 1))
        optimizer.step()

    optimizer = make_optimizer(model, tuning, RATES)
    step(model, optimizer)
    other = toy_model(tiny_checkpoint, toy_task(), way="head:pooling=attention")
    other.load_state_dict(model.state_dict())
    again = make_optimizer(other, tuning, RATES)
    set_moments(other, again, {name: value.clone() for name, value in moments(model, optimizer).items()})
    step(model, optimizer)
    step(other, again)
    assert_same(dict(other.named_parameters()), dict(model.named_parameters()))
    assert_same(moments(other, again), moments(model, optimizer))
