"""Training only the rows of the word embeddings that the data uses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from crosstask.models.trunk import Trunk


class CompactEmbedding(nn.Embedding):
    """Some rows of an embedding table, found by their old ids; its weight is [used, width].

    A row without a gradient and without weight decay does not move under AdamW, so training this table is training
    the full one. An id outside of it raises IndexError.
    """

    def __init__(self, table: nn.Embedding, used: Tensor) -> None:
        padding = table.padding_idx
        place = None if padding is None else int((used == padding).nonzero())
        super().__init__(len(used), table.embedding_dim, place, _weight=table.weight.detach()[used].clone())
        self.weight.requires_grad_(table.weight.requires_grad)
        lookup = torch.full((table.num_embeddings,), -1, device=used.device)
        lookup[used] = torch.arange(len(used), device=used.device)
        self.register_buffer("used", used)
        self.register_buffer("lookup", lookup, persistent=False)

    def forward(self, ids: Tensor) -> Tensor:
        """Embeddings [..., width] of ids [...]."""
        return super().forward(cast(Tensor, self.lookup)[ids])

    def scatter_into(self, table: nn.Embedding) -> None:
        """Put the rows back where they came from."""
        with torch.no_grad():
            table.weight[cast(Tensor, self.used)] = self.weight
        table.weight.requires_grad_(self.weight.requires_grad)


@contextmanager
def compact_vocabulary(trunk: Trunk, used_ids: Iterable[np.ndarray]) -> Iterator[None]:
    """While the context is open, the trunk's word embeddings hold only the rows of `used_ids` (and the pad token's).

    Afterwards the full table is back with the trained rows in it. A table that is tied to other weights, or is no plain
    `nn.Embedding`, stays as it is. Optimizers must be made inside the context.
    """
    encoder = cast(Any, trunk.encoder)
    table = encoder.get_input_embeddings()
    if type(table) is not nn.Embedding or _is_tied(encoder, table):
        yield
        return
    compact = CompactEmbedding(table, _rows(used_ids, trunk, table))
    encoder.set_input_embeddings(compact)
    try:
        yield
    finally:
        compact.scatter_into(table.to(compact.weight.device))
        encoder.set_input_embeddings(table)


def _rows(used_ids: Iterable[np.ndarray], trunk: Trunk, table: nn.Embedding) -> Tensor:
    always = [trunk.text.pad_id] if table.padding_idx is None else [trunk.text.pad_id, table.padding_idx]
    used = np.unique(np.concatenate([*used_ids, np.array(always)]))
    return torch.from_numpy(used.astype(np.int64)).to(table.weight.device)


def _is_tied(encoder: nn.Module, table: nn.Embedding) -> bool:
    uses = [weight for _, weight in encoder.named_parameters(remove_duplicate=False) if weight is table.weight]
    return len(uses) > 1
