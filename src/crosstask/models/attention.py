"""The attention of trunks that train on a CPU: products and softmax, with the cheaper dropout.

Torch's fused kernel has no dropout on a CPU; asked for it, torch falls back on the same products with dearer masks.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from crosstask.models.fast_dropout import dropout as fast_dropout

NAME = "crosstask"


def serves(module: nn.Module, query: Tensor, key: Tensor, mask: Tensor | None, options: dict[str, Any]) -> bool:
    """Whether `attend` computes this call: dropout on a CPU, every query seeing what a boolean mask lets it see."""
    plain = not any(options.get(name) is not None for name in ("position_bias", "softcap"))
    seen = not getattr(module, "is_causal", False) if mask is None else mask.dtype == torch.bool
    return (
        plain and seen and options.get("dropout", 0.0) > 0 and query.device.type == "cpu" and key.shape == query.shape
    )


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float, dropout: float) -> Tensor:
    """Attention of query, key and value [batch, head, position, size], as [batch, position, head, size].

    The mask [batch, 1, position, position] is True where a position may be seen.
    """
    scores = (query * scaling) @ key.transpose(2, 3)
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    weights = fast_dropout(scores.softmax(-1), dropout, training=True)
    return (weights @ value).transpose(1, 2).contiguous()
