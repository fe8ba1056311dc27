"""The sentences of a text, by the marks that end them."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"""\S.*?(?:[.!?]["'”’)]*(?=\s)|[。！？][”’」』）]*|$)""", re.MULTILINE)


def sentence_places(text: str) -> list[tuple[int, int]]:
    """Where sentences stand in a text, in characters; a line ends one too, and an abbreviation may cut one short.

    >>> text = "It rained. 他笑了。We left"
    >>> [text[start:end] for start, end in sentence_places(text)]
    ['It rained.', '他笑了。', 'We left']
    """
    return [found.span() for found in _SENTENCE.finditer(text)]
