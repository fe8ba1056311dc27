"""The contract of a tuning, for every registered one."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.tuning import TUNINGS

pytestmark = pytest.mark.parametrize("name", TUNINGS.names())


@pytest.fixture
def model(tiny_checkpoint: Path) -> MultiTaskModel:
    trunk = load_trunk(tiny_checkpoint)
    return MultiTaskModel(trunk, {"sample:a": ClassifierHead(trunk.width, 2)})


def test_it_is_rebuilt_from_its_config(name: str) -> None:
    tuning = TUNINGS.make(name)
    assert tuning.method_name() == name
    assert TUNINGS.make(tuning.config()) == tuning


def test_it_says_what_it_is(name: str) -> None:
    assert TUNINGS.summaries()[name]


def test_something_trains_at_a_rate_that_is_a_number(name: str, model: MultiTaskModel) -> None:
    tuning = TUNINGS.make(name)
    tuning.attach(model)
    training = [weight for weight, parameter in model.named_parameters() if parameter.requires_grad]
    assert any(weight.startswith("heads.") for weight in training)
    assert all(tuning.rate(weight) > 0 for weight in training)


def test_attached_twice_is_attached_once(name: str, model: MultiTaskModel) -> None:
    tuning = TUNINGS.make(name)
    tuning.attach(model)
    once = {weight: parameter.requires_grad for weight, parameter in model.named_parameters()}
    tuning.attach(model)
    assert once == {weight: parameter.requires_grad for weight, parameter in model.named_parameters()}


def test_outputs_are_as_before_and_a_step_moves_what_trains_alone(name: str, model: MultiTaskModel) -> None:
    text = model.trunk.text
    tokens = text.pad(text.encode([("the film was good",), ("the food was awful",)]))
    before = model.eval()("sample:a", tokens)
    TUNINGS.make(name).attach(model)
    torch.testing.assert_close(model("sample:a", tokens), before)
    start = {weight: parameter.detach().clone() for weight, parameter in model.named_parameters()}
    training = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.SGD(training, lr=0.1)
    torch.nn.functional.cross_entropy(model("sample:a", tokens), torch.tensor([0, 1])).backward()
    optimizer.step()
    moved = {weight for weight, parameter in model.named_parameters() if not torch.equal(parameter, start[weight])}
    assert "heads.sample%3Aa.linear.weight" in moved
    assert moved <= {weight for weight, parameter in model.named_parameters() if parameter.requires_grad}
