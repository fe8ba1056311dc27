"""Checkpoints: safetensors and JSON, there whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

_PREFIX = "checkpoint-"


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after `step`: tensors by name, and plain values."""

    step: int
    tensors: dict[str, Tensor]
    values: dict[str, Any]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint below `folder`, then remove the older ones."""
    final = folder / f"{_PREFIX}{checkpoint.step:08d}"
    temporary = folder / f".{final.name}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    tensors = {name: value.contiguous() for name, value in checkpoint.tensors.items()}
    save_file(tensors, temporary / "state.safetensors")
    (temporary / "state.json").write_text(json.dumps(checkpoint.values), encoding="utf-8")
    for file in temporary.iterdir():
        _sync(file)
    shutil.rmtree(final, ignore_errors=True)
    temporary.rename(final)
    _sync(folder)
    for older in _checkpoints(folder):
        if older != final:
            shutil.rmtree(older, ignore_errors=True)


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest checkpoint below `folder` that reads whole, or None."""
    for place in reversed(_checkpoints(folder)):
        try:
            values = json.loads((place / "state.json").read_text(encoding="utf-8"))
            return Checkpoint(int(place.name.removeprefix(_PREFIX)), load_file(place / "state.safetensors"), values)
        except (OSError, ValueError, SafetensorError):
            continue
    return None


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}*"))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
