"""Outputs for many rows: in their order, whatever the batches; and the gate on padding."""

from pathlib import Path

import numpy as np
import pytest
import torch

from crosstask.errors import BundleError
from crosstask.training.inference import mean_loss, outputs
from crosstask.training.padding_gate import check_padding
from tiny_training import CPU, toy_model, toy_phase, toy_task


@pytest.fixture
def model_and_lesson(tiny_checkpoint: Path):
    task = toy_task()
    model = toy_model(tiny_checkpoint, task)
    return model, toy_phase(model, task).lessons[task.name]


def test_outputs_stand_in_the_order_of_the_rows(model_and_lesson):
    model, lesson = model_and_lesson
    together = outputs(model, lesson, CPU).mean()
    assert (together.dtype, together.shape) == (np.float32, (24, 2))
    alone = [model.eval()("reviews", lesson.batch([row]).tokens)[0].tolist() for row in range(24)]
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert np.ptp(together[:, 0]) > 1e-3


@pytest.mark.parametrize("tokens", [1, 40, 10**6])
def test_the_size_of_the_batches_does_not_matter(model_and_lesson, tokens: int):
    model, lesson = model_and_lesson
    np.testing.assert_allclose(
        outputs(model, lesson, CPU, tokens).mean(), outputs(model, lesson, CPU).mean(), atol=1e-5
    )


@pytest.mark.parametrize("tokens", [1, 40, 10**6])
def test_the_mean_loss_is_that_of_all_rows_together(model_and_lesson, tokens: int):
    model, lesson = model_and_lesson
    batch = lesson.batch(range(24))
    with torch.no_grad():
        expected = lesson.objective.loss(model.eval()("reviews", batch.tokens), batch) / batch.weights.sum()
    assert mean_loss(model.train(), lesson, CPU, tokens) == pytest.approx(float(expected), abs=1e-5)


def test_dropout_is_off_and_no_gradient_is_kept(model_and_lesson):
    model, lesson = model_and_lesson
    model.requires_grad_(True).train()
    first = outputs(model, lesson, CPU).mean()
    assert (outputs(model.train(), lesson, CPU).mean() == first).all()
    assert all(parameter.grad is None for parameter in model.parameters())


def test_the_gate_passes_a_model_that_minds_its_mask(model_and_lesson):
    check_padding(*model_and_lesson, CPU)


def test_the_gate_stops_a_model_that_does_not(model_and_lesson):
    model, lesson = model_and_lesson

    class Careless(torch.nn.Module):
        def forward(self, states, mask):
            return states.mean(1)

    model.head("reviews").pooler = Careless()
    with pytest.raises(BundleError, match="change by .*% with the padding"):
        check_padding(model, lesson, CPU)
