"""The loss-term seam: what is added to a task's loss (retention, smoothness, distillation)."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor

from crosstask.models.model import MultiTaskModel
from crosstask.objectives import Batch


class LossTerm(Protocol):
    """A term of the loss, averaged over an effective batch by the weight of its micro-batches."""

    def __call__(self, model: MultiTaskModel, task: str, batch: Batch, outputs: Tensor) -> Tensor:
        """The term (a scalar) for one micro-batch whose outputs are given."""
