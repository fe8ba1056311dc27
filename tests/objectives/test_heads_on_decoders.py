"""A head on a decoder works as on an encoder: the last token's state, whatever the padding, and training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_kinds import EXAMPLES, learned

from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import objective_for
from crosstask.tasks.task import Task
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson
from crosstask.training.loop import Training
from tiny_training import CPU, toy_model, toy_phase, toy_task


@pytest.fixture(params=["left", "right"])
def trunk(request: pytest.FixtureRequest, tiny_decoder: Path):
    trunk = load_trunk(tiny_decoder)
    trunk.text = replace(trunk.text, padding_side=request.param)
    return trunk


@pytest.mark.parametrize("name", ["classification", "regression", "multi_label"])
def test_it_reads_the_last_token_whatever_the_padding(name: str, trunk) -> None:
    kind, examples = learned(name), EXAMPLES[name]
    objective = objective_for(kind, "head")
    head = objective.head(kind, trunk)
    assert head.config["pooling"] == "last"
    model = MultiTaskModel(trunk, {"t": head}).eval()
    lesson = Lesson.of_examples(Task("t", kind), examples, objective, trunk.text)
    together = outputs(model, lesson, CPU).values
    alone = outputs(model, lesson, CPU, micro_tokens=1).values
    np.testing.assert_allclose(together, alone, atol=1e-5)
    with torch.inference_mode():
        for features, values in zip(lesson.features, together, strict=True):
            state = trunk.encoder(torch.tensor([features.encoding.ids])).last_hidden_state[0, -1]
            np.testing.assert_allclose(head.linear(head.norm(state)).numpy(), values, atol=1e-5)


def test_on_an_encoder_it_reads_the_mean(tiny_checkpoint: Path) -> None:
    kind = learned("classification")
    assert objective_for(kind, "head").head(kind, load_trunk(tiny_checkpoint)).config["pooling"] == "mean"


@pytest.mark.parametrize("tuning", ["full", "lora:r=2"])
def test_it_trains(tuning: str, tiny_decoder: Path) -> None:
    task = toy_task()
    model = toy_model(tiny_decoder, task)
    losses = [report.loss for report in Training(model, [toy_phase(model, task, tuning=tuning, steps=20)], CPU)]
    assert np.mean(losses[-4:]) < 0.9 * np.mean(losses[:4])
