"""Values of real tokens, in padded rows and out of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

import numpy as np
import torch
from torch import Tensor


def spread(rows: Sequence[Sequence[int]], mask: np.ndarray, padding: int) -> Tensor:
    """The rows' values where `mask` [batch, position] is True, `padding` elsewhere; int64 [batch, position]."""
    padded = np.full(mask.shape, padding, dtype=np.int64)
    padded[mask] = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(mask.sum()))
    return torch.from_numpy(padded)


def gathered(values: Tensor, mask: Tensor) -> list[Tensor]:
    """The values [batch, position, ...] row by row, [tokens of the row, ...] each, where `mask` is True."""
    return [row[real] for row, real in zip(values, mask, strict=True)]
