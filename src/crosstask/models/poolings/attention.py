"""A weighted mean of the states, with learned attention weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from crosstask.models.pooling import Pooler, Pooling


class Attention(Pooling):
    """Softmax over the products of the states with one learned vector (Yang et al. 2016, without the hidden layer).

    The vector starts at zero, so that training starts from the mean.
    """

    def build(self, width: int) -> Pooler:
        """A module with one parameter, `vector` [width]."""
        return _Attention(width)


class _Attention(Pooler):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.vector = nn.Parameter(torch.zeros(width))

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        scores = (states @ self.vector).masked_fill(~mask, float("-inf"))  # [batch, position]
        return torch.einsum("bp,bpw->bw", scores.softmax(1), states)

    def query(self) -> Tensor:
        return self.vector.detach()
