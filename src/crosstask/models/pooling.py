"""Poolings: how the states of a text's tokens become one vector."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor, nn

from crosstask.method import Method
from crosstask.registry import Registry

if TYPE_CHECKING:
    from crosstask.models.trunk import Trunk


class Pooler(nn.Module):
    """States [batch, position, width] and mask [batch, position] to vectors [batch, width], whatever the padding."""

    takes_first: ClassVar[bool] = True
    """Of a pooler without a `query`: whether the token whose state it takes is the first."""

    @abstractmethod
    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """The pooled vectors [batch, width]."""

    @abstractmethod
    def query(self) -> Tensor | None:
        """The vector [width] whose products with the states are the scores of the pooling seen as attention.

        None where a single token's state is taken as it is.
        """


class Pooling(Method):
    """A pooling as a value; one file a pooling in `models/poolings/`."""

    @abstractmethod
    def build(self, width: int) -> Pooler:
        """The module that pools states of `width`."""


POOLINGS: Registry[Pooling] = Registry("pooling", "crosstask.models.poolings", "crosstask.poolings")


def default_pooling(trunk: Trunk) -> str:
    """The name of the pooling that suits a trunk: of a decoder only the last token has seen the whole text."""
    return "last" if trunk.causal else "mean"
