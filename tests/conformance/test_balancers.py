"""The contract of a balancer, for every registered one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from crosstask.training.balancers import BALANCERS
from crosstask.training.balancers.uniform import Uniform
from tiny_training import toy_task, toy_training

pytestmark = pytest.mark.parametrize("name", BALANCERS.names())


def combined(balancer, losses, weight: nn.Parameter) -> torch.Tensor:
    """The gradient the balancer leaves for losses by task, each given in two parts."""
    weight.grad = None
    for task, loss in losses.items():
        for _ in range(2):
            balancer.accumulate(task, loss(weight) / 2)
    balancer.combine({"weight": weight})
    return weight.grad.clone()


def weight() -> nn.Parameter:
    return nn.Parameter(torch.tensor([0.5, -1.0, 2.0]))


def test_it_is_rebuilt_from_its_config(name: str):
    balancer = BALANCERS.make(name)
    assert balancer.method_name() == name
    assert BALANCERS.make(balancer.config()) == balancer
    assert BALANCERS.summaries()[name]


def test_for_one_task_it_is_the_plain_gradient(name: str):
    found = combined(BALANCERS.make(name), {"a": lambda w: (w**2).sum()}, weight())
    torch.testing.assert_close(found, torch.tensor([1.0, -2.0, 4.0]))


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_gradients_of_tasks_at_odds_are_finite_and_do_not_harm_their_sum(name: str, scale: float):
    losses = {"a": lambda w: ((w - 1) ** 2).sum(), "b": lambda w: scale * ((w + torch.tensor([2.0, 0, -3])) ** 2).sum()}
    point = weight()
    gradient = combined(BALANCERS.make(name), losses, point)
    assert gradient.isfinite().all()

    def total(at):
        return float(sum(loss(at) for loss in losses.values()))

    step = 1e-4 * gradient / gradient.norm()
    assert total(point.detach() - step) < total(point.detach())


def test_it_trains_two_tasks(name: str, tiny_checkpoint: Path):
    tasks = toy_task("first"), toy_task("second", labels=("bad", "good", "neither"))
    training = toy_training(tiny_checkpoint, *tasks, phases=[{"steps": 80}], balancer=BALANCERS.make(name))
    losses = [report.loss for report in training]
    assert sum(losses[-10:]) < 0.9 * sum(losses[:10])


def test_uniform_is_the_plain_sum(name: str):
    losses = {"a": lambda w: (w**2).sum(), "b": lambda w: (3 * w).sum()}
    found = combined(Uniform(), losses, weight())
    torch.testing.assert_close(found, torch.tensor([4.0, 1.0, 7.0]))
