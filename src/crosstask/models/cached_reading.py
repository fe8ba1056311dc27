"""Reading on where a decoder stopped: its keys and values are kept, and only what is new is computed."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from crosstask.models.anatomy import position_offset
from crosstask.models.token_rows import spread
from crosstask.models.transformers_decoding import copy_of_cache
from crosstask.models.trunk import Trunk


@dataclass(frozen=True)
class Cache:
    """Keys and values of the rows that a decoder has read, `held` as its library holds them."""

    held: Any

    def copy(self) -> Cache:
        """Another one of the same rows: what is read behind one is not in the other."""
        return Cache(copy_of_cache(self.held))

    def repeated(self, times: int) -> Cache:
        """Another one in which each row stands so many times."""
        cache = self.copy()
        cache.held.batch_repeat_interleave(times)
        return cache

    def keep(self, rows: Tensor) -> None:
        """Forget all but the rows of these numbers, [rows]."""
        self.held.batch_select_indices(rows)


@dataclass(frozen=True)
class CachedReading:
    """A decoder that reads on; `argument` is what its library calls the cache."""

    encoder: nn.Module
    argument: str
    takes_positions: bool

    @classmethod
    def of(cls, trunk: Trunk) -> CachedReading:
        """How the decoder of a trunk reads on."""
        takes = inspect.signature(trunk.encoder.forward).parameters
        positions = "position_ids" in takes and position_offset(trunk.encoder) == 0
        return cls(trunk.encoder, "cache" if "cache" in takes else "past_key_values", positions)

    def __call__(self, ids: Tensor, mask: Tensor | None, cache: Cache | None = None) -> tuple[Tensor, Cache]:
        """States [batch, position, width] of tokens `ids` [batch, position] behind what the cache holds, and the cache.

        `mask` [batch, cached + position] is True where a real token stands; None where there is no padding. What was in
        the cache given is in the one that comes back, which alone can be read on from.
        """
        inputs: dict[str, Any] = {"input_ids": ids, "use_cache": True, self.argument: cache and cache.held}
        if mask is not None:
            inputs["attention_mask"] = mask.long()
        if mask is not None and self.takes_positions:
            inputs["position_ids"] = (mask.long().cumsum(1) - 1).clamp_min(0)[:, -ids.shape[1] :]
        found = self.encoder(**inputs)
        return found.last_hidden_state, Cache(found[self.argument])


def left_padded(rows: Sequence[Sequence[int]], padding: int) -> tuple[Tensor, Tensor]:
    """Token ids [batch, position] with the rows' ends in one column, and the mask that is True where they stand."""
    lengths = np.array([len(row) for row in rows])
    mask = np.arange(lengths.max()) >= lengths.max() - lengths[:, None]
    return spread(rows, mask, padding), torch.from_numpy(mask)
