"""What a model answers, without gradients: outputs and losses for many rows in length-grouped batches, and texts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from crosstask.models.model import MultiTaskModel
from crosstask.objectives import Batch, Outputs, Reader
from crosstask.training.batches import micro_batches
from crosstask.training.lesson import Lesson
from crosstask.training.runtime import Runtime, memory_told

MICRO_TOKENS = 8192


def outputs(model: MultiTaskModel, lesson: Lesson, runtime: Runtime, micro_tokens: int = MICRO_TOKENS) -> Outputs:
    """What the model makes of every row of the lesson, as the lesson's objective reads it; float32."""
    model.eval()
    reader = lesson.objective.reader(model, lesson.task.name)
    values: dict[int, np.ndarray] = {}
    for rows in micro_batches(np.argsort(lesson.asked_lengths, kind="stable"), lesson.asked_lengths, micro_tokens):
        values.update(zip(rows.tolist(), _read(reader, lesson.batch(rows), runtime), strict=True))
    found = [values[row] for row in range(len(lesson.features))]
    return Outputs(lesson.examples, lesson.features, found, lesson.text)


@torch.inference_mode()
def mean_loss(model: MultiTaskModel, lesson: Lesson, runtime: Runtime, micro_tokens: int = MICRO_TOKENS) -> float:
    """The objective's loss on the rows of the lesson, as training counts it, without dropout."""
    model.eval()
    loss = weight = 0.0
    for rows in micro_batches(np.argsort(lesson.lengths, kind="stable"), lesson.lengths, micro_tokens):
        batch = lesson.batch(rows).to(runtime.device)
        with _asking(runtime):
            loss += float(lesson.objective.loss(model(lesson.task.name, batch.tokens), batch))
        weight += float(batch.weights.sum())
    return loss / weight


def written(pieces: Iterator[str], runtime: Runtime) -> Iterator[str]:
    """The pieces of a text that a model writes, each as precisely as `runtime` says."""
    while True:
        with _asking(runtime):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


@contextmanager
def _asking(runtime: Runtime) -> Iterator[None]:
    """As precisely as the runtime says, and with the mend where its device has not enough memory."""
    with runtime.autocast(), memory_told("device", "Free memory on it, or use --device cpu."):
        yield


@torch.inference_mode()
def _read(reader: Reader, batch: Batch, runtime: Runtime) -> list[np.ndarray]:
    with _asking(runtime):
        return [values.float().cpu().numpy() for values in reader(batch.to(runtime.device))]
