"""The attention of trunks that train on a CPU: dropout on its weights, computed in pieces that stay in the cache.

Torch's fused kernel has no dropout on a CPU; asked for it, torch goes through whole [position, position] tables in
memory, several times. Here a few heads are taken at a time, and backward computes their weights again (Dao et al. 2022,
"FlashAttention", for the idea); only which weights were dropped is kept, one byte each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from crosstask.models.fast_dropout import keep_mask

NAME = "crosstask"
_PIECE = 2**20  # attention weights computed at a time


def serves(module: nn.Module, query: Tensor, key: Tensor, mask: Tensor | None, options: dict[str, Any]) -> bool:
    """Whether `attend` computes this call: dropout on a CPU, every query seeing what a boolean mask lets it see."""
    plain = not any(options.get(name) is not None for name in ("position_bias", "softcap"))
    seen = not getattr(module, "is_causal", False) if mask is None else mask.dtype == torch.bool and mask.shape[1] == 1
    return (
        plain and seen and options.get("dropout", 0.0) > 0 and query.device.type == "cpu" and key.shape == query.shape
    )


def attend(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, scaling: float, dropout: float) -> Tensor:
    """Attention of query, key and value [batch, head, position, size], as [batch, position, head, size].

    The mask [batch, 1, position, position] is True where a position may be seen.
    """
    batch, heads, positions, size = query.shape
    flat = ((batch * heads), positions, size)
    mask = None if mask is None else mask.expand(batch, 1, positions, positions)[:, 0]
    parts = ((query * scaling).reshape(flat), key.reshape(flat), value.reshape(flat))
    mixed: Tensor = _Attention.apply(*parts, mask, heads, dropout)  # type: ignore[no-untyped-call]
    return mixed.view(batch, heads, positions, size).transpose(1, 2).contiguous()


class _Attention(torch.autograd.Function):
    """Attention of scaled queries, keys and values [batch * head, position, size]; mask [batch, position, position]."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, heads: int, dropout: float
    ) -> Tensor:
        mixed = torch.empty_like(query)
        kept = torch.empty(*query.shape[:2], query.shape[1], dtype=torch.bool)
        for piece in _pieces(query):
            scale = keep_mask(kept[piece], dropout)
            weights = _weights(query[piece], key[piece], mask, heads, piece)
            torch.bmm(weights.mul_(kept[piece]), value[piece], out=mixed[piece])
        ctx.save_for_backward(query, key, value, kept)
        ctx.mask, ctx.heads, ctx.scale = mask, heads, scale
        return mixed.mul_(scale)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, kept = ctx.saved_tensors
        of_mixed = gradients[0] * ctx.scale
        of_query, of_key, of_value = (torch.empty_like(tensor) for tensor in (query, key, value))
        for piece in _pieces(query):
            weights = _weights(query[piece], key[piece], ctx.mask, ctx.heads, piece)
            of_weights = torch.bmm(of_mixed[piece], value[piece].transpose(1, 2)).mul_(kept[piece])
            torch.bmm((weights * kept[piece]).transpose(1, 2), of_mixed[piece], out=of_value[piece])
            of_scores = weights.mul_(of_weights - (weights * of_weights).sum(-1, keepdim=True))
            torch.bmm(of_scores, key[piece], out=of_query[piece])
            torch.bmm(of_scores.transpose(1, 2), query[piece], out=of_key[piece])
        return of_query, of_key, of_value, None, None, None


def _pieces(query: Tensor) -> Iterator[slice]:
    """Slices of [batch * head], each of about `_PIECE` attention weights."""
    count, positions, _ = query.shape
    step = max(1, _PIECE // positions**2)
    return (slice(start, min(start + step, count)) for start in range(0, count, step))


def _weights(query: Tensor, key: Tensor, mask: Tensor | None, heads: int, piece: slice) -> Tensor:
    """The softmax of a piece's scores, [piece, position, position]."""
    scores = torch.bmm(query, key.transpose(1, 2))
    if mask is not None:
        rows = torch.arange(piece.start, piece.stop) // heads
        scores.masked_fill_(~mask[rows], torch.finfo(scores.dtype).min)
    return scores.softmax(-1)
