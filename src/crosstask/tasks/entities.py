"""Spans of words, as BIO tags mark them: B- on the first word of a span, I- on its others, O on words outside."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

OUTSIDE = "O"
_BIO = re.compile(r"[BI]-.+", re.DOTALL)
_ANY_SCHEME = re.compile(r"[BIESLU]-.+", re.DOTALL)
_OPENS, _GOES_ON = "BSU", "BI"

Tags = Sequence[str]


class Entity(NamedTuple):
    """A span of words with a label: from word `first` to the one before `end`."""

    label: str
    first: int
    end: int


def is_bio(tag: str) -> bool:
    """Whether a tag is one of the BIO scheme.

    >>> is_bio("B-PER"), is_bio("O"), is_bio("NOUN")
    (True, True, False)
    """
    return tag == OUTSIDE or _BIO.fullmatch(tag) is not None


def odd_tags(words: Mapping[str, int]) -> tuple[str, ...]:
    """Of tags of BIO beside plain ones, those of the sort that fewer words have; none where all are of one sort.

    `words` counts them by tag in order of appearance; of two sorts alike, the one that comes later is odd. Without O
    nothing is of BIO.

    >>> odd_tags({"O": 9, "B-PER": 3, "b-per": 1})
    ('b-per',)
    """
    marked = [tag for tag in words if is_bio(tag) and tag != OUTSIDE]
    plain = [tag for tag in words if not is_bio(tag)]
    if OUTSIDE not in words or not marked or not plain:
        return ()
    order = [*words]
    first, second = sorted((marked, plain), key=lambda tags: order.index(tags[0]))
    more = sum(words[tag] for tag in second) > sum(words[tag] for tag in first)
    return tuple(first if more else second)


def as_bio(tags: Tags) -> tuple[str, ...]:
    """The same spans in BIO, from IOB1, BIOES or BILOU; tags that are of no such scheme stay as they are.

    An I- tag that goes on with no span of its label opens one, as in IOB1.

    >>> as_bio(["I-PER", "I-PER", "O", "S-LOC", "E-LOC"]), as_bio(["NOUN", "VERB"])
    (('B-PER', 'I-PER', 'O', 'B-LOC', 'B-LOC'), ('NOUN', 'VERB'))
    """
    if not all(tag == OUTSIDE or _ANY_SCHEME.fullmatch(tag) for tag in tags):
        return tuple(tags)
    return tuple(_in_bio(tag, before) for tag, before in zip(tags, (OUTSIDE, *tags), strict=False))


def continued(tag: str) -> str:
    """The tag of a word that goes on with the span of the word before it, or with its plain tag.

    >>> continued("B-PER"), continued("O")
    ('I-PER', 'O')
    """
    return f"I-{tag[2:]}" if tag.startswith("B-") else tag


def entities(tags: Tags) -> list[Entity]:
    """The spans that BIO tags mark, from left to right.

    >>> entities(["B-PER", "I-PER", "O", "B-LOC"])
    [Entity(label='PER', first=0, end=2), Entity(label='LOC', first=3, end=4)]
    """
    found: list[Entity] = []
    for place, tag in enumerate(tags):
        if tag.startswith("B-"):
            found.append(Entity(tag[2:], place, place + 1))
        elif tag.startswith("I-"):
            found[-1] = found[-1]._replace(end=place + 1)
    return found


def _in_bio(tag: str, before: str) -> str:
    """A tag of any scheme in BIO, by the tag before it."""
    if tag == OUTSIDE:
        return tag
    goes_on = tag[0] not in _OPENS and before[0] in _GOES_ON and before[1:] == tag[1:]
    return f"{'I' if goes_on else 'B'}{tag[1:]}"
