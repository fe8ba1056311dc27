"""Tiny models of many architectures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tiny_checkpoints import save_checkpoint

from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.trunk import Trunk


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A checkpoint's folder by architecture; not to be changed."""
    made: dict[str, Path] = {}

    def checkpoint(kind: str = "bert") -> Path:
        if kind not in made:
            made[kind] = save_checkpoint(tmp_path_factory.mktemp(kind), kind)
        return made[kind]

    return checkpoint


@pytest.fixture
def tiny_trunk(checkpoints: Callable[[str], Path]) -> Callable[..., Trunk]:
    """A fresh trunk by architecture."""
    return lambda kind="bert", **options: load_trunk(checkpoints(kind), **options)


@pytest.fixture
def tiny_model(tiny_trunk: Callable[..., Trunk]) -> Callable[..., MultiTaskModel]:
    """A fresh model with one classification head `t` of weights far from their start, in evaluation mode."""

    def model(kind: str = "bert", pooling: str = "mean", labels: int = 3) -> MultiTaskModel:
        trunk = tiny_trunk(kind)
        head = ClassifierHead(trunk.width, labels, pooling)
        torch.manual_seed(1)
        for weight in head.parameters():
            torch.nn.init.normal_(weight, std=0.5)
        return MultiTaskModel(trunk, {"t": head}).eval()

    return model
