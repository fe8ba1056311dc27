"""A batch of token ids as a trunk reads it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Tokens:
    """Padded token ids of a batch, each tensor [batch, position].

    `ids` are int64; `mask` is bool, True where a real token stands; `type_ids` (int64) tell the first text of a pair
    from the second, None for a trunk that has no such embedding. `wanted` (bool) marks the tokens whose states a head
    that reads single tokens is to read, None where it reads all.
    """

    ids: Tensor
    mask: Tensor
    type_ids: Tensor | None = None
    wanted: Tensor | None = None

    def to(self, device: torch.device | str) -> Tokens:
        """The same tokens on `device`."""
        type_ids, wanted = (None if part is None else part.to(device, non_blocking=True) for part in self._optional)
        return Tokens(self.ids.to(device, non_blocking=True), self.mask.to(device, non_blocking=True), type_ids, wanted)

    @property
    def _optional(self) -> tuple[Tensor | None, Tensor | None]:
        return self.type_ids, self.wanted
