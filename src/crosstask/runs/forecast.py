"""What work will cost: seconds and memory, from the data's lengths and a short measurement of this machine."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, cast

import torch
from torch import Tensor, nn

from crosstask.models.anatomy import below_layers, layer_list
from crosstask.models.generation import ROWS
from crosstask.models.model import MultiTaskModel
from crosstask.models.trunk import Trunk
from crosstask.runs.trial import Trial
from crosstask.tasks.task import TEST, TRAIN, VALIDATION
from crosstask.training.inference import MICRO_TOKENS
from crosstask.training.lesson import Lesson

_SHARE_OF_PEAK = 0.5  # of the matrix-product peak, what training and inference reach
_FLOAT = 4  # bytes of a float32
_STATE = 3  # floats a weight that trains, beside itself: its gradient, AdamW's two moments
_UNIT = 66  # bytes of a layer a token and unit of width: activations in float32 (Korthikanti et al. 2022, 4.1)
_SCORE = 5  # bytes of a layer a token, head and position: its attention (as there, and as measured here)


@dataclass(frozen=True)
class Forecast:
    """Expected seconds of computing, and bytes of memory in all: where a CPU does the work, with the program's own."""

    seconds: float
    memory: int


def training(trial: Trial, done: int = 0, *, test: bool = False) -> Forecast:
    """The training of a trial whose first `done` steps are behind it, with all rows that it asks.

    Those are the rows that calibrate, the validation rows, and the test rows where they are scored at the end.
    ConfigError where the tuning does not fit the model.
    """
    model, device = trial.outline(), trial.runtime.device
    asked = [_answers(model.trunk, lesson, device) for lesson in _asked(trial, test)]
    found = in_turn([_steps(trial, model, max(0, trial.steps - done)), *asked])
    return replace(found, memory=_taken(device) + _FLOAT * _weights(model.trunk) + found.memory)


def inference(trunk: Trunk, lesson: Lesson, device: torch.device) -> Forecast:
    """The answers of a trunk that is loaded to the rows of a lesson; texts are taken to get as long as they may."""
    found = _answers(trunk, lesson, device)
    return replace(found, memory=_taken(device, _FLOAT * _weights(trunk)) + found.memory)


def in_turn(forecasts: Sequence[Forecast]) -> Forecast:
    """The forecast of works that are done one after the other."""
    return Forecast(sum(one.seconds for one in forecasts), max(one.memory for one in forecasts))


def program_memory() -> int:
    """Bytes of memory that this process has taken so far at most; 0 where the operating system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else 1024 * most


@cache
def memory_rate(device: torch.device, size: int = 4096, repeats: int = 5) -> float:
    """Bytes a second that products of a large float32 matrix and a vector read here, measured once."""
    matrix, vector = torch.randn(size, size, device=device), torch.randn(size, device=device)
    return matrix.nbytes / _shortest(lambda: matrix @ vector, repeats)


@cache
def matrix_peak(device: torch.device, size: int = 1024, repeats: int = 5) -> float:
    """Float32 operations a second of square matrix products here: the best of a few, measured once."""
    left, right = torch.randn(2, size, size, device=device)
    return 2.0 * size**3 / _shortest(lambda: left @ right, repeats)


def _shortest(compute: Callable[[], Tensor], repeats: int) -> float:
    """The seconds of the fastest of some runs after a first one."""
    seconds = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        compute().flatten()[0].item()
        seconds.append(time.perf_counter() - began)
    return min(seconds[1:])


def _steps(trial: Trial, model: MultiTaskModel, left: int) -> Forecast:
    """The steps that are left, with the looks at validation rows between them; memory beside the weights.

    Embeddings left out, forward takes 2 operations a weight and token, backward 2 a weight that it passes, and 2 a
    weight that trains. Memory is what AdamW and backward need: nothing where no step is taken.
    """
    if not trial.steps:
        return Forecast(0.0, 0)
    lesson, device, trunk = trial.lesson(TRAIN), trial.runtime.device, model.trunk
    passed, batch = _passed(trunk), min(trial.options.batch_size, len(lesson.features))
    operations = 2 * (_layer_weights(trunk) + _weights(passed) + _weights(passed, trained=True))
    seconds = _seconds(operations * left * batch * float(lesson.lengths.mean()), device)
    trained = _trained_weights(model, lesson)
    state = _STATE * trained
    if VALIDATION in trial.task.splits:
        seconds += left // trial.score_every * _reading(trunk, trial.lesson(VALIDATION), device)
        state += trained  # the best so far
    row = int(lesson.lengths.max())
    kept = _layer_bytes(trunk, max(row, min(trial.options.micro_tokens, row * batch)), lesson.longest)
    return Forecast(seconds, _FLOAT * state + max(1, len(passed)) * kept)


def _asked(trial: Trial, test: bool) -> list[Lesson]:
    """The rows that a trial asks before it trains and at its end."""
    splits = [VALIDATION] * (VALIDATION in trial.task.splits) + [TEST] * test
    rows = trial.objective.calibration_rows
    return [*([trial.asked(rows)] if rows else []), *map(trial.lesson, splits)]


def _answers(trunk: Trunk, lesson: Lesson, device: torch.device) -> Forecast:
    """The answers to the rows of a lesson; memory beside the weights."""
    tokens, longest = int(lesson.asked_lengths.sum()), int(lesson.asked_lengths.max(initial=0))
    seconds = _reading(trunk, lesson, device) + _writing(trunk, lesson, device)
    return Forecast(seconds, _layer_bytes(trunk, max(longest, min(MICRO_TOKENS, tokens)), longest))


def _reading(trunk: Trunk, lesson: Lesson, device: torch.device) -> float:
    """Seconds of one pass over a lesson's rows: 2 operations a weight and token."""
    return _seconds(2 * _layer_weights(trunk) * int(lesson.asked_lengths.sum()), device)


def _writing(trunk: Trunk, lesson: Lesson, device: torch.device) -> float:
    """Seconds of the texts that a lesson's objective writes: a pass over all weights for each token of some rows."""
    most = lesson.objective.most_new_tokens
    if not most:
        return 0.0
    weights, tokens = _layer_weights(trunk) + _weights(cast(nn.Module, trunk.lm_head)), most * len(lesson.features)
    passes = max(most, tokens / ROWS)
    return _seconds(2 * weights * tokens, device) + _FLOAT * weights * passes / memory_rate(device)


def _taken(device: torch.device, loaded: int = 0) -> int:
    """Memory in use before the work: the program's, or on a GPU, which has its own, what is `loaded` there."""
    return program_memory() if device.type == "cpu" else loaded


def _layer_bytes(trunk: Trunk, tokens: int, longest: int) -> int:
    """What one layer takes of memory for `tokens` in rows of at most `longest`: all of it, where backward follows."""
    heads: int = getattr(trunk.encoder.config, "num_attention_heads", 0)
    return tokens * (_UNIT * trunk.width + _SCORE * heads * longest)


def _passed(trunk: Trunk) -> nn.ModuleList:
    """The layers that gradients pass: those from the lowest on that has something to train in it or below it."""
    layers = layer_list(trunk.encoder)[1]
    if any(weight.requires_grad for weight in below_layers(trunk.encoder)):
        return layers
    trains = [place for place, layer in enumerate(layers) if any(weight.requires_grad for weight in layer.parameters())]
    return layers[trains[0] if trains else len(layers) :]


def _trained_weights(model: MultiTaskModel, lesson: Lesson) -> int:
    """The weights that train; of the word embeddings those rows that the lesson uses, unless they are read whole."""
    table: Tensor = cast(Any, model.trunk.encoder).get_input_embeddings().weight
    whole = model.head(lesson.task.name).reads_vocabulary or not table.requires_grad
    return _weights(model, trained=True) - (0 if whole else table.numel() - len(lesson.token_ids) * table.shape[1])


def _weights(model: nn.Module, *, trained: bool = False) -> int:
    return sum(weight.numel() for weight in model.parameters() if weight.requires_grad or not trained)


def _layer_weights(trunk: Trunk) -> int:
    return _weights(layer_list(trunk.encoder)[1])


def _seconds(operations: float, device: torch.device) -> float:
    return operations / (_SHARE_OF_PEAK * matrix_peak(device))
