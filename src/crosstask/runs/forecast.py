"""What a trial will cost: seconds and memory, from the data's lengths and a short measurement of this machine."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from crosstask.models.anatomy import layer_list
from crosstask.runs.trial import Trial
from crosstask.tasks.task import TRAIN

_SHARE_OF_PEAK = 0.5  # of the matrix-product peak, what training reaches
_STATE = 4 * 4  # bytes a weight: the weight, its gradient, AdamW's two moments, float32 each
_ACTIVATIONS = 34 * 4  # bytes a token, layer and unit of width that backward needs (Korthikanti et al. 2022, table 2)


@dataclass(frozen=True)
class Forecast:
    """Expected seconds of training, and bytes of memory beyond the program's own."""

    seconds: float
    memory: int


def forecast(trial: Trial) -> Forecast:
    """The forecast of a trial: 6 operations a weight and token (embeddings left out), and what AdamW keeps."""
    trunk = trial.start.trunk
    lesson = trial.lesson(TRAIN)
    layers = layer_list(trunk.encoder)[1]
    weights = sum(weight.numel() for weight in layers.parameters())
    rows = trial.steps * min(trial.options.batch_size, len(lesson.features))
    tokens = rows * float(lesson.lengths.mean())
    micro = min(trial.options.micro_tokens, int(lesson.lengths.max()) * trial.options.batch_size)
    return Forecast(
        seconds=6 * weights * tokens / (_SHARE_OF_PEAK * matrix_peak(trial.runtime.device)),
        memory=_STATE * sum(weight.numel() for weight in trunk.parameters())
        + _ACTIVATIONS * micro * len(layers) * trunk.width,
    )


def matrix_peak(device: torch.device, size: int = 1024, repeats: int = 5) -> float:
    """Float32 operations a second of square matrix products here: the best of a few."""
    left, right = torch.randn(2, size, size, device=device)
    seconds = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        (left @ right)[0, 0].item()
        seconds.append(time.perf_counter() - began)
    return 2.0 * size**3 / min(seconds[1:])
