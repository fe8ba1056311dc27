"""Texts to token ids: the checkpoint's own tokenizer, special tokens, padding side and maximum length."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from crosstask.errors import ConfigError, InputError
from crosstask.models.anatomy import position_offset
from crosstask.models.tokens import Tokens
from crosstask.ui import Ui

_NO_LIMIT = 100_000
"""Tokenizers without a maximum length say a number beyond this."""
_DEFAULT_LENGTH = 512


@dataclass(frozen=True, slots=True)
class Encoding:
    """One example's token ids, special tokens included, cut to the trunk's maximum length.

    `length` is the number of tokens before the cut, so `length > len(ids)` says that something was lost.
    """

    ids: list[int]
    type_ids: list[int] | None
    length: int


@dataclass(frozen=True)
class TextEncoder:
    """Encodes texts for one trunk.

    `tokenizer` is the checkpoint's Hugging Face tokenizer, whose `model_max_length` is all that the checkpoint allows;
    `max_length` is where this encoder cuts. Everything else was read from the checkpoint too. `uses_type_ids` says
    whether the trunk tells the two texts of a pair apart by token types.
    """

    tokenizer: Callable[..., Mapping[str, Any]]
    max_length: int
    pad_id: int
    padding_side: Literal["left", "right"] = "right"
    uses_type_ids: bool = False

    def encode(self, texts: Sequence[tuple[str, ...]]) -> list[Encoding]:
        """The encodings of rows of one text or of two; all rows have the same number of texts.

        What is longer than `max_length` loses tokens of its longest text first.
        """
        whole = self._tokenize(texts, truncation=False)
        lengths = [len(encoding.ids) for encoding in whole]
        long = [row for row, length in enumerate(lengths) if length > self.max_length]
        cut = self._tokenize([texts[row] for row in long], truncation="longest_first", max_length=self.max_length)
        for row, encoding in zip(long, cut, strict=True):
            whole[row] = Encoding(encoding.ids, encoding.type_ids, lengths[row])
        return whole

    def pad(self, encodings: Sequence[Encoding]) -> Tokens:
        """The encodings as one batch, padded to its longest."""
        lengths = np.array([len(encoding.ids) for encoding in encodings])
        places = np.arange(lengths.max())
        offsets = lengths.max() - lengths if self.padding_side == "left" else np.zeros_like(lengths)
        mask = (places >= offsets[:, None]) & (places < (offsets + lengths)[:, None])
        type_ids = [encoding.type_ids for encoding in encodings if encoding.type_ids is not None]
        return Tokens(
            ids=_spread([encoding.ids for encoding in encodings], mask, self.pad_id),
            mask=torch.from_numpy(mask),
            type_ids=_spread(type_ids, mask, 0) if self.uses_type_ids else None,
        )

    def _tokenize(self, texts: Sequence[tuple[str, ...]], **cut: Any) -> list[Encoding]:
        if not texts:
            return []
        fields = [list(field) for field in zip(*texts, strict=True)]
        found = self.tokenizer(
            *fields, **cut, return_attention_mask=False, return_token_type_ids=self.uses_type_ids, verbose=False
        )
        ids = found["input_ids"]
        types = found["token_type_ids"] if self.uses_type_ids else [None] * len(ids)
        return [Encoding(row, kinds, len(row)) for row, kinds in zip(ids, types, strict=True)]


def text_encoder(tokenizer: Any, encoder: nn.Module, max_length: int | None = None) -> TextEncoder:
    """The text encoder that a checkpoint's `tokenizer` and `encoder` make; `max_length` shortens what they allow."""
    takes_types = "token_type_ids" in inspect.signature(encoder.forward).parameters
    tokenizer.model_max_length = _allowed_length(tokenizer, encoder)
    return TextEncoder(
        tokenizer,
        _chosen_length(max_length, tokenizer.model_max_length),
        tokenizer.pad_token_id,
        tokenizer.padding_side,
        uses_type_ids=takes_types and "token_type_ids" in tokenizer.model_input_names,
    )


def ensure_pad_token(tokenizer: Any, name: str, ui: Ui) -> None:
    """Let the end token pad where there is no pad token, and say so."""
    if tokenizer.pad_token_id is not None:
        return
    end = tokenizer.eos_token or tokenizer.sep_token
    if end is None:
        raise InputError(
            f"the tokenizer of '{name}' has no pad token and no end token", mend="Add a pad token to its tokenizer."
        )
    tokenizer.pad_token = end
    ui.note(f"the tokenizer of '{name}' has no pad token: its end token '{end}' is used")


def _allowed_length(tokenizer: Any, encoder: nn.Module) -> int:
    """The shorter of what the tokenizer and the position table say."""
    positions = getattr(encoder.config, "max_position_embeddings", None) or 0
    limits = [tokenizer.model_max_length, positions - position_offset(encoder)]
    return min([limit for limit in limits if 0 < limit < _NO_LIMIT], default=_DEFAULT_LENGTH)


def _chosen_length(wanted: int | None, allowed: int) -> int:
    if wanted is not None and not 0 < wanted <= allowed:
        raise ConfigError(
            f"the model cannot read {wanted} tokens", field="max_length", mend=f"Choose from 1 to {allowed}."
        )
    return wanted or allowed


def _spread(rows: Sequence[Sequence[int]], mask: np.ndarray, padding: int) -> Tensor:
    """The rows' values where `mask` [batch, position] is True, `padding` elsewhere; int64 [batch, position]."""
    spread = np.full(mask.shape, padding, dtype=np.int64)
    spread[mask] = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=int(mask.sum()))
    return torch.from_numpy(spread)
