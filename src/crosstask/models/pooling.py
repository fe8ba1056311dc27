"""Poolings: how the states of a text's tokens become one vector."""

from __future__ import annotations

from abc import abstractmethod

from torch import Tensor, nn

from crosstask.method import Method
from crosstask.registry import Registry


class Pooler(nn.Module):
    """States [batch, position, width] and mask [batch, position] to vectors [batch, width], whatever the padding."""

    @abstractmethod
    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """The pooled vectors [batch, width]."""

    @abstractmethod
    def query(self) -> Tensor | None:
        """The vector [width] whose products with the states are the scores of the pooling seen as attention.

        None where the first token's state is taken as it is.
        """


class Pooling(Method):
    """A pooling as a value; one file a pooling in `models/poolings/`."""

    @abstractmethod
    def build(self, width: int) -> Pooler:
        """The module that pools states of `width`."""


POOLINGS: Registry[Pooling] = Registry("pooling", "crosstask.models.poolings", "crosstask.poolings")
