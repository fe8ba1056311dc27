"""The part of a text that another text was meant to be."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import NamedTuple

from crosstask.tasks.words import Place, Words

_ALIKE = 0.7  # from 0, nothing in common, to 1, the same


class Folded(NamedTuple):
    """A text without white space and case, its characters decomposed, and where each comes from."""

    text: str
    places: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Folded:
        """A text as others are compared with it: equal where people read the same."""
        pairs = [(part, place) for place, character in enumerate(text) for part in _parts(character)]
        return cls("".join(part for part, _ in pairs), tuple(place for _, place in pairs))


def nearest_part(text: str, whole: str) -> str | None:
    """The part of a whole that reads the same but for case, white space and the form of characters, or else much alike.

    None where nothing is much alike.

    >>> nearest_part("ann  keller", "Built by Ann Keller."), nearest_part("Anne Keller", "Built by Ann Keller in May.")
    ('Ann Keller', 'Ann Keller')
    """
    folded, wanted = Folded.of(whole), Folded.of(text)
    if not wanted.text:
        return None
    at = folded.text.find(wanted.text)
    if at < 0:
        return _most_alike(len(Words.of(text).places), wanted, whole, folded)
    end = folded.places[at + len(wanted.text) - 1] + 1
    while unicodedata.combining(whole[end : end + 1] or " "):
        end += 1
    return whole[folded.places[at] : end]


def _parts(character: str) -> str:
    return "".join(unicodedata.normalize("NFKD", character).casefold().split())


def _most_alike(count: int, wanted: Folded, whole: str, folded: Folded) -> str | None:
    """Of the runs of about `count` words that share the longest piece with what is wanted, the one most alike."""
    match = SequenceMatcher(None, folded.text, wanted.text, autojunk=False).find_longest_match()
    if not match.size:
        return None
    piece = folded.places[match.a], folded.places[match.a + match.size - 1]
    matcher = SequenceMatcher(None, "", wanted.text, autojunk=False)
    best, found = _ALIKE, None
    for start, end in _runs(Words.of(whole).places, piece, count):
        matcher.set_seq1(Folded.of(whole[start:end]).text)
        if (ratio := matcher.ratio()) > best:
            best, found = ratio, whole[start:end]
    return found


def _runs(words: tuple[Place, ...], piece: Place, count: int) -> Iterator[Place]:
    """The runs of one word fewer than `count` to one more, around the words that hold a piece."""
    first, last = (bisect_right(words, place, key=lambda word: word[0]) - 1 for place in piece)
    for size in (count, count - 1, count + 1):
        for start in range(max(0, first - size), min(last + 1, len(words) - size + 1) if size > 0 else 0):
            yield words[start][0], words[start + size - 1][1]
