"""A step in parts is a step: the loss is normalised over the whole effective batch."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from crosstask.training.inference import outputs
from crosstask.training.loop import Training
from crosstask.training.runtime import Runtime
from tiny_training import CPU, toy_model, toy_phase, toy_task

LABELS = ("bad", "good", "neither")
WHOLE = 10**9


def unbalanced():
    task = toy_task(labels=LABELS, train=36)
    examples = task.splits["train"].examples
    kept = [row for number, row in enumerate(examples) if row.target != "bad" or number % 2]
    return task.with_splits(train=type(task.splits["train"])(kept))


class OnePass(Runtime):
    """A runtime on which every pass costs so much that a step is one."""

    @property
    def pass_cost(self) -> int:
        return 10**9


def one_step(checkpoint: Path, way: str, micro_tokens: int = WHOLE, terms=()):
    """Gradients and loss of one step on all rows, without dropout and clipping; in one pass, or in parts."""
    runtime = OnePass(CPU.device, "fp32") if micro_tokens == WHOLE else CPU
    task = unbalanced()
    model = toy_model(checkpoint, task, dropout=False, way=way)
    phase = toy_phase(model, task, way=way, steps=1, batch_size=100, micro_tokens=micro_tokens)
    phase = phase.__class__(**{**phase.__dict__, "rates": replace(phase.rates, clip=1e9)})
    (report,) = Training(model, [phase], runtime, terms=terms)
    return {name: parameter.grad for name, parameter in model.named_parameters()}, report


@pytest.mark.parametrize("way", ["head", "head:class_weights=balanced", "head:pooling=attention"])
@pytest.mark.parametrize("micro_tokens", [1, 70, 300])
def test_gradients_in_parts_are_those_of_the_whole(tiny_checkpoint: Path, way: str, micro_tokens: int):
    whole, expected = one_step(tiny_checkpoint, way)
    parts, found = one_step(tiny_checkpoint, way, micro_tokens)
    assert found.padded < expected.padded
    assert found.tokens == expected.tokens
    assert found.loss == pytest.approx(expected.loss, rel=1e-6)
    assert found.gradient_norm == pytest.approx(expected.gradient_norm, rel=1e-5)
    for name, gradient in whole.items():
        torch.testing.assert_close(parts[name], gradient, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("way", ["head", "head:class_weights=balanced"])
def test_the_loss_is_the_weighted_mean_in_float64(tiny_checkpoint: Path, way: str):
    task = unbalanced()
    model = toy_model(tiny_checkpoint, task, dropout=False, way=way)
    lesson = toy_phase(model, task, way=way).lessons[task.name]
    logits = outputs(model, lesson, CPU).mean().astype(np.float64)
    targets = [LABELS.index(row.target) for row in lesson.examples]
    weights = [1.0] * len(targets)
    if "balanced" in way:
        weights = [len(targets) / (3 * targets.count(target)) for target in targets]
    losses = [
        weight * (math.log(sum(math.exp(value) for value in row)) - row[target])
        for row, target, weight in zip(logits, targets, weights, strict=True)
    ]
    _, report = one_step(tiny_checkpoint, way)
    assert report.loss == pytest.approx(sum(losses) / sum(weights), rel=1e-5)


def test_a_loss_term_is_averaged_over_the_parts_by_their_weight(tiny_checkpoint: Path):
    def shrink(model, task, batch, outputs):
        """The mean over rows of the squared logits: its average by weight is that of the whole batch."""
        weights = batch.weights / batch.weights.sum()
        return (weights * outputs.square().sum(1)).sum()

    def constant(model, task, batch, outputs):
        return 3.0 * model.head(task).linear.bias.sum()

    way = "head:class_weights=balanced"
    whole, _ = one_step(tiny_checkpoint, way, terms=[shrink, constant])
    parts, _ = one_step(tiny_checkpoint, way, 70, terms=[shrink, constant])
    without, _ = one_step(tiny_checkpoint, way, 70)
    for name, gradient in whole.items():
        torch.testing.assert_close(parts[name], gradient, atol=1e-6, rtol=1e-5)
    assert not torch.allclose(without["heads.reviews.linear.bias"], parts["heads.reviews.linear.bias"], atol=1e-3)
