"""Which token comes next: the likeliest, or one that is drawn."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from crosstask.models.decoding import Decoding

Choice = Callable[[Tensor, Sequence[int]], Tensor]
"""From logits [rows, vocabulary] and the numbers of the rows' prompts to a token of each, [rows]."""


def token_choice(prompts: Sequence[Sequence[int]], decoding: Decoding) -> Choice:
    """How the next token of each prompt is chosen; a prompt's draws do not depend on the prompts beside it."""
    if not decoding.draws:
        return lambda logits, rows: logits.argmax(-1)
    sources = [_source(decoding.seed, prompt) for prompt in prompts]
    return lambda logits, rows: _drawn(logits, [sources[row] for row in rows], decoding)


def _source(seed: int, prompt: Sequence[int]) -> torch.Generator:
    digest = hashlib.sha256(f"{seed} {[*prompt]}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)


def _drawn(logits: Tensor, sources: Sequence[torch.Generator], decoding: Decoding) -> Tensor:
    """A token of each row [rows], from the fewest likeliest ones that have probability `top_p` together."""
    probabilities, tokens = (logits.float() / decoding.temperature).softmax(-1).sort(-1, descending=True)
    before = probabilities.cumsum(-1) - probabilities
    reached = (probabilities * (before < decoding.top_p)).cumsum(-1)
    points = torch.cat([torch.rand(1, 1, generator=source) for source in sources]).to(logits.device)
    place = (reached > points * reached[:, -1:]).int().argmax(-1, keepdim=True)
    return tokens.gather(-1, place)[:, 0]
