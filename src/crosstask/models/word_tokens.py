"""Which token stands for each word of a text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crosstask.models.text_encoder import Encoding

Place = tuple[int, int]


def word_tokens(windows: Sequence[Encoding], words: Sequence[Place]) -> list[dict[int, int]]:
    """For each window of a text, the words it can tell of: the number of the word -> the position of its token.

    The token of a word is the first that touches any of its characters (`words`, from left to right). One that is the
    first of several words stands for the first of them; the others have none of their own.
    """
    tokens = sorted({place for window in windows for place in window.places if place is not None})
    firsts = _firsts(tokens, words)
    return [_positions(window, firsts) for window in windows]


def _firsts(tokens: Sequence[Place], words: Sequence[Place]) -> dict[Place, int]:
    """The place of a token -> the number of the word it stands for."""
    firsts: dict[Place, int] = {}
    at = 0
    for number, (start, end) in enumerate(words):
        while at < len(tokens) and tokens[at][1] <= start:
            at += 1
        if at < len(tokens) and tokens[at][0] < end:
            firsts.setdefault(tokens[at], number)
    return firsts


def _positions(window: Encoding, firsts: Mapping[Place, int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for position, place in enumerate(window.places):
        if place is not None and place in firsts:
            found.setdefault(firsts[place], position)
    return found
