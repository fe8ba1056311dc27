"""Texts as sets of shingles, for the similarity that near duplicates are found by.

A shingle is a run of three words, or of five characters where the script writes no spaces. Case, punctuation and
white space do not count. A text shorter than that is one shingle, so that a short text is near only to its equal.
"""

from __future__ import annotations

import re

WORDS, CHARACTERS = 3, 5

# Thai to Myanmar, Khmer, kana and CJK ideographs with their extensions: scripts without spaces between words.
_SPACELESS = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_TOKEN = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")
_CHARACTER = re.compile(rf"[{_SPACELESS}]")

Shingles = frozenset[str]


def shingles(text: str) -> Shingles:
    """The shingles of a text; empty where it holds neither letter nor digit.

    >>> sorted(shingles("What a film, what a film!"))
    ['a film what', 'film what a', 'what a film']
    """
    tokens = _TOKEN.findall(text.casefold())
    if not tokens:
        return frozenset()
    width = CHARACTERS if 2 * len(_CHARACTER.findall(text)) > len(tokens) else WORDS
    return frozenset(" ".join(tokens[at : at + width]) for at in range(max(1, len(tokens) - width + 1)))


def similarity(one: tuple[Shingles, ...], other: tuple[Shingles, ...]) -> float:
    """The smallest Jaccard similarity over the fields, so that a pair is near only where both its texts are."""
    if len(one) != len(other):
        return 0.0
    return min(map(_jaccard, one, other))


def _jaccard(one: Shingles, other: Shingles) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else float(not one and not other)
