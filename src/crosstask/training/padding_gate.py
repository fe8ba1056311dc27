"""A gate at run time: the same rows padded otherwise must give the same outputs."""

from __future__ import annotations

import numpy as np
import torch

from crosstask.errors import BundleError
from crosstask.models.model import MultiTaskModel
from crosstask.training.lesson import Lesson
from crosstask.training.runtime import Runtime

_ROWS = 4
_TOLERANCE = 1e-3


@torch.inference_mode()
def check_padding(model: MultiTaskModel, lesson: Lesson, runtime: Runtime) -> None:
    """Compare the shortest rows alone and padded to a longer one; BundleError where they differ by over 1e-3 of them.

    In half precision only the shape of the computation differs by more than that, so the gate holds in float32 alone.
    """
    order = np.argsort(lesson.lengths, kind="stable")
    short, longest = order[:_ROWS], order[-1:]
    if runtime.precision != "fp32" or lesson.lengths[short].max() == lesson.lengths[longest].max():
        return
    model.eval()
    alone = _outputs(model, lesson, short, runtime)
    padded = _outputs(model, lesson, np.concatenate([short, longest]), runtime, len(short))
    difference = float((alone - padded).norm() / alone.norm().clamp_min(1e-12))
    if not difference < _TOLERANCE:
        raise BundleError(
            f"outputs of '{model.trunk.name}' change by {difference:.1%} with the padding",
            mend="Check the checkpoint's pad token and attention mask.",
        )


def _outputs(
    model: MultiTaskModel, lesson: Lesson, rows: np.ndarray, runtime: Runtime, first: int | None = None
) -> torch.Tensor:
    """The outputs of the `first` of these rows, flattened together."""
    batch = lesson.batch(rows).to(runtime.device)
    found = lesson.objective.split(model(lesson.task.name, batch.tokens), batch)
    return torch.cat([values.flatten() for values in found[:first]])
