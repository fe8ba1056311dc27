"""Model outputs for many rows, in length-grouped batches; no gradients."""

from __future__ import annotations

import numpy as np
import torch

from crosstask.models.model import MultiTaskModel
from crosstask.training.batches import micro_batches
from crosstask.training.lesson import Lesson
from crosstask.training.runtime import Runtime, memory_told

MICRO_TOKENS = 8192


def outputs(model: MultiTaskModel, lesson: Lesson, runtime: Runtime, micro_tokens: int = MICRO_TOKENS) -> np.ndarray:
    """The head's outputs for every row of the lesson, in the rows' order: float32 [rows, ...]."""
    model.eval()
    order = np.argsort(lesson.lengths, kind="stable")
    parts = [_forward(model, lesson, rows, runtime) for rows in micro_batches(order, lesson.lengths, micro_tokens)]
    together = np.concatenate(parts)
    result = np.empty_like(together)
    result[order] = together
    return result


@torch.inference_mode()
def _forward(model: MultiTaskModel, lesson: Lesson, rows: np.ndarray, runtime: Runtime) -> np.ndarray:
    batch = lesson.batch(rows).to(runtime.device)
    with runtime.autocast(), memory_told("device", "Free memory on it, or use --device cpu."):
        result = model(lesson.task.name, batch.tokens)
    array: np.ndarray = result.float().cpu().numpy()
    return array
