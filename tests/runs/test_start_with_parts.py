"""A run from a bundle with updates of low rank starts with them folded in; a fresh head of answers is calibrated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from crosstask.models.bundle import read_bundle, write_bundle
from crosstask.models.bundle_record import BundleRecord
from crosstask.runs.options import TrainingOptions
from crosstask.runs.start import load_start
from crosstask.runs.trial import Trained, Trial
from crosstask.tasks.description import describe
from crosstask.training.inference import outputs
from crosstask.ui import Silent
from tiny_training import CPU, toy_task

TASK = toy_task(train=24, validation=8)


def trained(model: Path, **options: object) -> Trained:
    settings = TrainingOptions(steps=6, batch_size=8, learning_rate=1e-2, **options)
    return Trial(TASK, load_start(str(model)), settings, CPU).train(Silent())


def bundle(found: Trained, folder: Path) -> Path:
    description = {"task": describe(TASK), "objective": found.objective.config(), "fitted": dict(found.fitted)}
    write_bundle(folder, found.model, {TASK.name: description}, BundleRecord(), "# a\n")
    return folder


@torch.inference_mode()
def states(trunk) -> torch.Tensor:
    return trunk.eval()(trunk.text.pad(trunk.text.encode([("the film was good",)])))


@pytest.mark.parametrize("way", ["head", "likelihood"])
def test_a_start_has_the_updates_folded_in(way: str, tiny_decoder: Path, tmp_path: Path) -> None:
    found = trained(tiny_decoder, tuning="lora:r=2", objective=way)
    folder = bundle(found, tmp_path / "a")
    start = load_start(str(folder))
    assert not any("lora" in name for name, _ in start.trunk.named_parameters())
    torch.testing.assert_close(states(start.trunk), states(found.model.trunk), atol=1e-5, rtol=1e-4)
    assert (states(start.trunk) - states(load_start(str(tiny_decoder)).trunk)).abs().max() > 1e-3
    again = bundle(trained(folder, tuning="lora:r=2", objective=way), tmp_path / "b")
    assert set(read_bundle(again).model.attached) == {"lora"}


def test_a_known_head_keeps_its_bias_and_a_fresh_one_is_calibrated(tiny_decoder: Path, tmp_path: Path) -> None:
    first = trained(tiny_decoder, tuning="head", objective="likelihood", head_learning_rate=1e-9)
    bias = first.model.head(TASK.name).bias.detach()
    trial = Trial(TASK, load_start(str(tiny_decoder)), TrainingOptions(objective="likelihood"), CPU)
    scores = outputs(first.model, trial.asked(24), CPU).mean()
    np.testing.assert_allclose(scores.mean(0), scores.mean(), atol=1e-3)
    again = trained(bundle(first, tmp_path / "a"), tuning="head", objective="likelihood", head_learning_rate=1e-9)
    torch.testing.assert_close(again.model.head(TASK.name).bias.detach(), bias, atol=1e-6, rtol=0)
