"""Checkpoints: safetensors and JSON, there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from crosstask.models.whole_folder import whole_folder

_PREFIX = "checkpoint-"
_TENSORS, _VALUES = "state.safetensors", "state.json"


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run after `step`: tensors by name, and plain values."""

    step: int
    tensors: dict[str, Tensor]
    values: dict[str, Any]


def save_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint below `folder`, then remove the older ones; OutputError where it cannot be written."""
    final = folder / f"{_PREFIX}{checkpoint.step:08d}"
    with whole_folder(final, overwrite=True, marks=[_VALUES, _TENSORS]) as place:
        save_file({name: value.contiguous() for name, value in checkpoint.tensors.items()}, place / _TENSORS)
        content = {"values": checkpoint.values, "sha256": _digest(place, checkpoint.values)}
        (place / _VALUES).write_text(_text(content), encoding="utf-8")
    for older in _checkpoints(folder):
        if older != final:
            shutil.rmtree(older, ignore_errors=True)


def latest_checkpoint(folder: Path) -> Checkpoint | None:
    """The newest checkpoint below `folder` that is as it was written, or None."""
    for place in reversed(_checkpoints(folder)):
        try:
            return _read(place)
        except (OSError, ValueError, KeyError, TypeError, SafetensorError):
            continue
    return None


def under(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, by the rest of their names."""
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _read(place: Path) -> Checkpoint:
    content = json.loads((place / _VALUES).read_text(encoding="utf-8"))
    values = content["values"]
    if content["sha256"] != _digest(place, values):
        raise ValueError("damaged")
    return Checkpoint(int(place.name.removeprefix(_PREFIX)), load_file(place / _TENSORS), values)


def _digest(place: Path, values: dict[str, Any]) -> str:
    with (place / _TENSORS).open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    digest.update(_text(values).encode())
    return digest.hexdigest()


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, allow_nan=False)


def _checkpoints(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{_PREFIX}*"))
