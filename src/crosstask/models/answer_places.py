"""Answers in windows of a context: from characters to tokens, and from scores of tokens back to characters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstask.models.text_encoder import Encoding

NOWHERE = (0, 0)
"""Start and end of an answer that is not in a window: its first token, which is no part of the context."""


class Found(NamedTuple):
    """The likeliest answer of a window: its log-probability, that of no answer, and its characters in the context."""

    likelihood: float
    nowhere: float
    start: int
    end: int


def answer_tokens(window: Encoding, start: int, end: int) -> tuple[int, int]:
    """The first and the last token of the characters from `start` to before `end`; NOWHERE where not all are there."""
    places = [(position, place) for position, place in enumerate(window.places) if place is not None]
    if not places or start < places[0][1][0] or places[-1][1][1] < end:
        return NOWHERE
    touching = [position for position, (first, behind) in places if first < end and start < behind]
    return (touching[0], touching[-1]) if touching else NOWHERE


def best_answer(window: Encoding, logits: NDArray[np.float32], longest: int) -> Found | None:
    """The likeliest answer of at most `longest` tokens, from logits of start and end [tokens, 2].

    Probabilities are over the context's tokens and NOWHERE. None where the window holds no context.
    """
    from scipy.special import log_softmax

    context = [(position, place) for position, place in enumerate(window.places) if place is not None and position]
    if not context:
        return None
    scores = log_softmax(logits[[0, *(position for position, _ in context)]].astype(np.float64), axis=0)
    starts, ends = scores[1:].T
    behind = np.pad(ends, (0, longest - 1), constant_values=-np.inf)
    pairs = starts[:, None] + np.lib.stride_tricks.sliding_window_view(behind, longest)  # [start, tokens after it]
    first, more = divmod(int(pairs.argmax()), longest)
    (start, _), (_, end) = context[first][1], context[first + more][1]
    return Found(float(pairs[first, more]), float(scores[0].sum()), start, end)
