"""No network of its own: the pooled state itself, for probes on a frozen trunk."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from torch import Tensor

from crosstask.models.head import Head, HeadConfig
from crosstask.models.pooling import POOLINGS
from crosstask.models.tokens import Tokens
from crosstask.models.trunk import Trunk


class Pooled(HeadConfig):
    """What a `PooledHead` is made of."""

    width: int = Field(gt=0)
    pooling: str = "mean"

    def build(self) -> PooledHead:
        """The head."""
        return PooledHead(self.width, self.pooling)


class PooledHead(Head):
    """The pooled state of each text."""

    def __init__(self, width: int, pooling: str = "mean") -> None:
        super().__init__()
        self._config = Pooled(width=width, pooling=pooling)
        self.pooler = POOLINGS.make(pooling).build(width)

    @property
    def config(self) -> dict[str, Any]:
        """Name, width and pooling."""
        return self._config.config()

    def forward(self, states: Tensor, tokens: Tokens, trunk: Trunk) -> Tensor:
        """Vectors [batch, width]."""
        vectors: Tensor = self.pooler(states, tokens.mask)
        return vectors
