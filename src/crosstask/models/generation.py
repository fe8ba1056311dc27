"""Decoding: a decoder continues prompts, greedily, with beams or by draws, and streams what it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor
from torch.nn.functional import pad

from crosstask.models.cached_reading import Cache, CachedReading, left_padded
from crosstask.models.decoding import Decoding
from crosstask.models.text_encoder import TextEncoder
from crosstask.models.token_choice import token_choice
from crosstask.models.transformers_decoding import beam_search
from crosstask.models.trunk import Trunk

ROWS = 32  # texts continued side by side; more only take more memory

Step = tuple[Sequence[int], Sequence[int]]
"""The numbers of the rows under way and the token that each has come to."""


@torch.inference_mode()
def generate(trunk: Trunk, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[list[int]]:
    """The tokens that follow each prompt, their end token last where they came to one.

    A text also ends at the maximum length of the trunk. What follows a prompt does not depend on the others, but for
    rounding.
    """
    size = max(1, ROWS // decoding.beams)
    parts = (prompts[start : start + size] for start in range(0, len(prompts), size))
    follow = _follow if decoding.beams == 1 else _search
    return [answer for part in parts for answer in follow(trunk, part, decoding)]


@torch.inference_mode()
def stream(trunk: Trunk, prompt: Sequence[int], decoding: Decoding) -> Iterator[str]:
    """The text that follows a prompt, piece by piece; a piece ends where a character does. Of beams it is one piece."""
    told, ids = "", list[int]()
    for ids in _growing(trunk, prompt, decoding):
        text = written(trunk.text, ids)
        if not text.endswith("\N{REPLACEMENT CHARACTER}") and len(text) > len(told):
            yield text[len(told) :]
            told = text
    rest = written(trunk.text, ids)[len(told) :]
    if rest:
        yield rest


def written(text: TextEncoder, ids: Sequence[int]) -> str:
    """The text that tokens stand for, its end, special tokens and the white space around it left out."""
    said = ids[:-1] if finished(text, ids) else ids
    found: str = text.tokenizer.decode(said, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return found.strip()


def finished(text: TextEncoder, ids: Sequence[int]) -> bool:
    """Whether tokens that were written came to their end."""
    return len(ids) > 0 and ids[-1] in text.ends


def _growing(trunk: Trunk, prompt: Sequence[int], decoding: Decoding) -> Iterator[list[int]]:
    """The tokens of one answer after each step."""
    if decoding.beams > 1:
        yield from _search(trunk, [prompt], decoding)
        return
    ids: list[int] = []
    for _, (token,) in _steps(trunk, [prompt], decoding):
        ids.append(token)
        yield ids


def _follow(trunk: Trunk, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[list[int]]:
    answers: list[list[int]] = [[] for _ in prompts]
    for rows, tokens in _steps(trunk, prompts, decoding):
        for row, token in zip(rows, tokens, strict=True):
            answers[row].append(token)
    return answers


def _steps(trunk: Trunk, prompts: Sequence[Sequence[int]], decoding: Decoding) -> Iterator[Step]:
    """Step by step the rows under way and the next token of each; a row that has ended leaves the batch."""
    limits = [_limit(trunk, prompt, decoding) for prompt in prompts]
    ends, choose = trunk.text.ends, token_choice(prompts, decoding)
    batch, reading = _Batch.of(trunk, prompts), CachedReading.of(trunk)
    for step in range(1, max(limits) + 1):
        states = batch.read(reading)
        chosen = choose(trunk.logits(states[:, -1]), batch.rows)
        tokens = chosen.tolist()
        yield batch.rows, tokens
        told = zip(batch.rows, tokens, strict=True)
        going = [place for place, (row, token) in enumerate(told) if token not in ends and step < limits[row]]
        if not going:
            return
        batch.go_on(chosen, going)


@dataclass
class _Batch:
    """Rows under way: what is to be read next, `ids` [rows, position], behind what the cache holds.

    `mask` [rows, cached + position] is None where no row is padded.
    """

    rows: list[int]
    ids: Tensor
    mask: Tensor | None
    cache: Cache | None = None

    @classmethod
    def of(cls, trunk: Trunk, prompts: Sequence[Sequence[int]]) -> _Batch:
        ids, mask = left_padded(prompts, trunk.text.pad_id)
        device = next(trunk.parameters()).device
        return cls([*range(len(prompts))], ids.to(device), None if mask.all() else mask.to(device))

    def read(self, reading: CachedReading) -> Tensor:
        """States [rows, position, width] of what was to be read."""
        states, self.cache = reading(self.ids, self.mask, self.cache)
        return states

    def go_on(self, chosen: Tensor, going: Sequence[int]) -> None:
        """Let the tokens [rows] be read next, in these places of the batch alone."""
        if len(going) < len(self.rows):
            kept = torch.tensor(going, device=chosen.device)
            cast(Cache, self.cache).keep(kept)
            self.rows, chosen = [self.rows[place] for place in going], chosen[kept]
            self.mask = None if self.mask is None or self.mask[kept].all() else self.mask[kept]
        self.ids = chosen[:, None]
        self.mask = None if self.mask is None else pad(self.mask, (0, 1), value=True)


def _search(trunk: Trunk, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[list[int]]:
    """Beams for each prompt; those together that as many tokens may follow."""
    limits = [_limit(trunk, prompt, decoding) for prompt in prompts]
    answers: list[list[int]] = [[] for _ in prompts]
    for most in sorted(set(limits)):
        rows = [row for row, limit in enumerate(limits) if limit == most]
        found = _searched(trunk, [prompts[row] for row in rows], decoding.model_copy(update={"max_new_tokens": most}))
        for row, answer in zip(rows, found, strict=True):
            answers[row] = answer
    return answers


def _searched(trunk: Trunk, prompts: Sequence[Sequence[int]], decoding: Decoding) -> list[list[int]]:
    device = next(trunk.parameters()).device
    ids, mask = (part.to(device) for part in left_padded(prompts, trunk.text.pad_id))
    return [_cut(row, trunk.text.ends) for row in beam_search(trunk, ids, mask, decoding).tolist()]


def _cut(ids: list[int], ends: Sequence[int]) -> list[int]:
    """Tokens up to the first end token."""
    return ids[: next((place for place, token in enumerate(ids, start=1) if token in ends), len(ids))]


def _limit(trunk: Trunk, prompt: Sequence[int], decoding: Decoding) -> int:
    """How many tokens may follow a prompt: at least one."""
    return max(1, min(decoding.max_new_tokens, trunk.text.max_length - len(prompt)))
