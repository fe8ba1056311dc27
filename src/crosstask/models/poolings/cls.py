"""The state of the first real token."""

from __future__ import annotations

import torch
from torch import Tensor

from crosstask.models.pooling import Pooler, Pooling


class Cls(Pooling):
    """The state of the first real token, which BERT's family puts there for this purpose (Devlin et al. 2019)."""

    def build(self, width: int) -> Pooler:
        """A module without parameters."""
        return _Cls()


class _Cls(Pooler):
    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        first = mask.to(torch.uint8).argmax(1)
        return states[torch.arange(len(states), device=states.device), first]

    def query(self) -> None:
        return None
