"""The state of the last real token."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from crosstask.models.pooling import Pooler, Pooling


class Last(Pooling):
    """The state of the last real token: of a decoder, the only one that has seen the whole text.

    Paper: Radford et al. 2018, "Improving language understanding by generative pre-training".
    """

    def build(self, width: int) -> Pooler:
        """A module without parameters."""
        return _Last()


class _Last(Pooler):
    takes_first: ClassVar[bool] = False

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        positions = torch.arange(mask.shape[1], device=mask.device)
        last = (positions * mask).argmax(1)
        return states[torch.arange(len(states), device=states.device), last]

    def query(self) -> None:
        return None
