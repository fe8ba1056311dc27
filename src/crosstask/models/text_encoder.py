"""Texts to token ids: the checkpoint's own tokenizer, special tokens, padding side and maximum length."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from torch import nn

from crosstask.errors import ConfigError, InputError
from crosstask.models.anatomy import position_offset
from crosstask.models.pair_boundary import ensure_boundary
from crosstask.models.token_rows import spread
from crosstask.models.tokens import Tokens
from crosstask.models.windows import Windows
from crosstask.ui import Ui

_NO_LIMIT = 10**9
"""Tokenizers without a maximum length say a number beyond this."""
_UNKNOWN_LIMIT = 512
"""What is taken for the limit where neither tokenizer nor position table says one."""
_DEFAULT_LENGTH = 4096
"""Where texts are cut if not said: whoever wants more of a decoder that reads 131,072 tokens pays for it in memory."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """One example's token ids, special tokens included, cut to the trunk's maximum length.

    `length` is the number of tokens before the cut, so `length > len(ids)` says that something was lost. Windows know
    their `places`: which characters (start, end) of the row's last text a token stands for, None for all other tokens;
    they are empty elsewhere.
    """

    ids: list[int]
    type_ids: list[int] | None
    length: int
    places: Sequence[tuple[int, int] | None] = ()


@dataclass(frozen=True)
class TextEncoder:
    """Encodes texts for one trunk.

    `tokenizer` is the checkpoint's Hugging Face tokenizer; `max_length` is where this encoder cuts. Everything else was
    read from the checkpoint too. `uses_type_ids` says whether the trunk tells the two texts of a pair apart by token
    types. `prefix` is what the checkpoint was trained to see before every text, such as E5's `query: `. `ends` are the
    tokens that end a text which the trunk writes, the tokenizer's own first. `parts_pairs` says whether the tokenizer
    puts something between the two texts of a pair.
    """

    tokenizer: Any
    max_length: int
    pad_id: int
    padding_side: Literal["left", "right"] = "right"
    uses_type_ids: bool = False
    prefix: str = ""
    ends: tuple[int, ...] = ()
    parts_pairs: bool = True

    @property
    def limit(self) -> int:
        """All that the checkpoint allows, in tokens."""
        return int(self.tokenizer.model_max_length)

    @property
    def chat_template(self) -> str | None:
        """How the checkpoint was taught dialogues; None where it was taught none."""
        return getattr(self.tokenizer, "chat_template", None)

    def encode(self, texts: Sequence[tuple[str, ...]]) -> list[Encoding]:
        """The encodings of rows of one text or of two; all rows have the same number of texts.

        What is longer than `max_length` loses tokens of its longest text first. InputError where the two texts of a row
        would be read as one.
        """
        whole = self._tokenize(texts, truncation=False)
        lengths = [len(encoding.ids) for encoding in whole]
        long = [row for row, length in enumerate(lengths) if length > self.max_length]
        cut = self._tokenize([texts[row] for row in long], truncation="longest_first", max_length=self.max_length)
        for row, encoding in zip(long, cut, strict=True):
            whole[row] = Encoding(encoding.ids, encoding.type_ids, lengths[row])
        return whole

    def windows(self, texts: Sequence[tuple[str, ...]], overlap: int) -> list[list[Encoding]]:
        """The encodings of each row, cut into windows that overlap by this many tokens (or half of their room).

        Of two texts the second is cut; the first, a question, stands in every window, shortened where it would take
        more than half of one. A prefix begins every window. InputError where the tokenizer knows no places.
        """
        if not texts:
            return []
        if not self.tokenizer.is_fast:
            message = "the tokenizer does not say where in a text its tokens stand"
            raise InputError(message, mend="Name a model that has a fast tokenizer (a tokenizer.json).")
        found = self._call(texts, truncation=False, return_offsets_mapping=True)
        return [self._windows(found, row, len(texts[0]) - 1, overlap) for row in range(len(texts))]

    def pad(self, encodings: Sequence[Encoding]) -> Tokens:
        """The encodings as one batch, padded to its longest."""
        lengths = np.array([len(encoding.ids) for encoding in encodings])
        places = np.arange(lengths.max())
        offsets = lengths.max() - lengths if self.padding_side == "left" else np.zeros_like(lengths)
        mask = (places >= offsets[:, None]) & (places < (offsets + lengths)[:, None])
        type_ids = [encoding.type_ids for encoding in encodings if encoding.type_ids is not None]
        return Tokens(
            ids=spread([encoding.ids for encoding in encodings], mask, self.pad_id),
            mask=torch.from_numpy(mask),
            type_ids=spread(type_ids, mask, 0) if self.uses_type_ids else None,
        )

    def _tokenize(self, texts: Sequence[tuple[str, ...]], **cut: Any) -> list[Encoding]:
        if not texts:
            return []
        found = self._call(texts, **cut)
        ids = found["input_ids"]
        types = found["token_type_ids"] if self.uses_type_ids else [None] * len(ids)
        return [Encoding(row, kinds, len(row)) for row, kinds in zip(ids, types, strict=True)]

    def _call(self, texts: Sequence[tuple[str, ...]], **options: Any) -> Any:
        if len(texts[0]) > 1 and not self.parts_pairs:
            message = "the tokenizer puts nothing between the two texts of a pair"
            raise InputError(message, mend="Name a model that has a fast tokenizer (a tokenizer.json).")
        fields = [[self.prefix + text for text in field] for field in zip(*texts, strict=True)]
        return self.tokenizer(
            *fields, **options, return_attention_mask=False, return_token_type_ids=self.uses_type_ids, verbose=False
        )

    def _windows(self, found: Any, row: int, last: int, overlap: int) -> list[Encoding]:
        """The windows of one row of a tokenization; `last` is the place of the text that is cut among its texts."""
        ids, of = found["input_ids"][row], found.sequence_ids(row)
        kinds = found["token_type_ids"][row] if self.uses_type_ids else None
        offsets = found["offset_mapping"][row]
        places = [self._place(offset) if text == last else None for text, offset in zip(of, offsets, strict=True)]
        held = sum(text == last and 0 < end <= len(self.prefix) for text, (_, end) in zip(of, offsets, strict=True))
        asked = len(of) - of.count(None) - of.count(last)
        return [
            Encoding(
                [ids[place] for place in window],
                None if kinds is None else [kinds[place] for place in window],
                len(window) + asked - sum(of[place] not in (None, last) for place in window),
                [places[place] for place in window],
            )
            for window in Windows(self.max_length, overlap).positions(of, last, held)
        ]

    def _place(self, offsets: tuple[int, int]) -> tuple[int, int] | None:
        """Characters of the text without its prefix; None for a token of the prefix."""
        start, end = (max(0, offset - len(self.prefix)) for offset in offsets)
        return (start, end) if start < end else None


def text_encoder(
    tokenizer: Any, encoder: nn.Module, max_length: int | None = None, ends: Sequence[int] = ()
) -> TextEncoder:
    """The text encoder that a checkpoint's `tokenizer` and `encoder` make.

    It cuts texts at `max_length` of the tokens that they allow; if not said, at all of them up to 4096. `ends` are the
    tokens at which the checkpoint stops writing, beside the tokenizer's own. A tokenizer that glues the texts of a pair
    together is made to part them.
    """
    parts_pairs = ensure_boundary(tokenizer)
    tokenizer.model_max_length = _allowed_length(tokenizer, encoder)
    if not _tells_types(encoder):  # an exported tokenizer must not give them either
        tokenizer.model_input_names = [name for name in tokenizer.model_input_names if name != "token_type_ids"]
    return TextEncoder(
        tokenizer,
        _chosen_length(max_length, tokenizer.model_max_length),
        tokenizer.pad_token_id,
        tokenizer.padding_side,
        uses_type_ids="token_type_ids" in tokenizer.model_input_names,
        prefix=tokenizer.init_kwargs.get("prefixes", {}).get("text", ""),
        ends=tuple(dict.fromkeys(end for end in (tokenizer.eos_token_id, *ends) if end is not None)),
        parts_pairs=parts_pairs,
    )


def _tells_types(encoder: nn.Module) -> bool:
    """Whether an encoder has weights for token types; some decoders look them up among the words, which means nothing.

    They were trained without types: GPT-2 would add its vectors of the words 0 and 1 to every token.
    """
    takes = "token_type_ids" in inspect.signature(encoder.forward).parameters
    return takes and any("token_type" in name or "seg_embed" in name for name, _ in encoder.named_parameters())


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
    named = tokenizer.model_max_length
    positions = (getattr(encoder.config, "max_position_embeddings", None) or 0) - position_offset(encoder)
    limits = [named if named < _NO_LIMIT else 0, positions]
    return min([limit for limit in limits if limit > 0], default=_UNKNOWN_LIMIT)


def _chosen_length(wanted: int | None, allowed: int) -> int:
    if wanted is not None and not 0 < wanted <= allowed:
        raise ConfigError(
            f"the model cannot read {wanted} tokens", field="max_length", mend=f"Choose from 1 to {allowed}."
        )
    return wanted or min(allowed, _DEFAULT_LENGTH)
