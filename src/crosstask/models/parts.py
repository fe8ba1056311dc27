"""The parts that tunings add to a model: on disk, and folded into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file

from crosstask.models.model import MultiTaskModel
from crosstask.models.safe_name import safe_name
from crosstask.models.tuning import TUNINGS


def write_parts(model: MultiTaskModel, folder: Path) -> dict[str, Any]:
    """Write `parts/NAME.safetensors` of every tuning that has parts in the model; the tunings' configs by name."""
    for name, tuning in model.attached.items():
        file = _file(folder, name)
        file.parent.mkdir(exist_ok=True)
        save_file({part: value.contiguous() for part, value in tuning.parts(model).items()}, file)
    return {name: tuning.config() for name, tuning in model.attached.items()}


@torch.no_grad()
def read_parts(model: MultiTaskModel, folder: Path, configs: Mapping[str, Mapping[str, Any]]) -> None:
    """Attach the tunings of these configs and give their parts what was written."""
    for name, config in configs.items():
        tuning = TUNINGS.make(config)
        tuning.attach(model)
        saved = load_file(_file(folder, name))
        for part, value in tuning.parts(model).items():
            value.copy_(saved[part])


def merge_parts(model: MultiTaskModel) -> None:
    """Fold all parts into the model: it is a plain trunk with heads again and answers as before."""
    for tuning in [*model.attached.values()][::-1]:
        tuning.merge(model)


@contextmanager
def parts_aside(model: MultiTaskModel) -> Iterator[None]:
    """A context in which the model is as if no parts had been added."""
    with ExitStack() as stack:
        for tuning in [*model.attached.values()][::-1]:
            stack.enter_context(tuning.aside(model))
        yield


def _file(folder: Path, name: str) -> Path:
    return folder / "parts" / f"{safe_name(name)}.safetensors"
