"""Every task's loss counts the same: the gradients add up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from crosstask.training.balancers import Balancer

if TYPE_CHECKING:
    from torch import Tensor, nn


class Uniform(Balancer):
    """The sum of the task losses."""

    def accumulate(self, task: str, loss: Tensor) -> None:
        """Backward at once: autograd sums gradients by itself."""
        loss.backward()

    def combine(self, parameters: Mapping[str, nn.Parameter]) -> None:
        """Nothing is left to do."""
