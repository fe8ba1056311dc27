"""The mean of the states of all real tokens."""

from __future__ import annotations

import torch
from torch import Tensor

from crosstask.models.pooling import Pooler, Pooling


class Mean(Pooling):
    """The mean over real tokens, as sentence encoders are trained with (Reimers and Gurevych 2019)."""

    def build(self, width: int) -> Pooler:
        """A module without parameters."""
        return _Mean(width)


class _Mean(Pooler):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        weights = mask.to(states.dtype) / mask.sum(1, keepdim=True)  # [batch, position]
        return torch.einsum("bp,bpw->bw", weights, states)

    def query(self) -> Tensor:
        return torch.zeros(self.width)
