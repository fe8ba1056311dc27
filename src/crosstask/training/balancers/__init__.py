"""The gradient seam: how the losses of several tasks become one gradient. One method a file."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crosstask.method import Method
from crosstask.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor, nn


class Balancer(Method):
    """Owns backward. It sees each micro-batch's loss, already normalised over its task's effective batch."""

    @abstractmethod
    def accumulate(self, task: str, loss: Tensor) -> None:
        """Take in the (scaled) loss of one micro-batch of a task."""

    @abstractmethod
    def combine(self, parameters: Mapping[str, nn.Parameter]) -> None:
        """Leave the combined gradient in the parameters' `.grad`, once all micro-batches of a step are in."""


BALANCERS: Registry[Balancer] = Registry("balancer", "crosstask.training.balancers", "crosstask.balancers")
