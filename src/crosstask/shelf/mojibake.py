"""Symbols of tweets that went through the wrong character set several times, and how to get them back.

UTF-8 bytes were read as Windows-1252 and written as Mac Roman, two to four times over, in some files with another
UTF-8 encoding in between; what Mac Roman lacks became an underscore. So every symbol is sent through these chains here,
and what comes out is looked up in the damaged text. Where several symbols came out alike, the symbol is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

# ellipsis, quotes, dashes, thumbs up, tears of joy
_LIKELIEST = "\u2026\u2019\u201c\u201d\u2018\u2013\u2014\U0001f44d\U0001f602"
_BLOCKS = (
    (0xA0, 0x180),  # Latin letters and signs
    (0x2010, 0x2070),  # punctuation
    (0x20A0, 0x2400),  # currencies, arrows, mathematics
    (0x2460, 0x2480),  # circled digits
    (0x2500, 0x2C00),  # boxes, signs, dingbats
    (0x3000, 0x3100),  # Japanese punctuation and syllables
    (0xFE0F, 0xFE10),  # the emoji selector
    (0x1F1E6, 0x1F200),  # flags
    (0x1F300, 0x1F650),  # emoji
    (0x1F680, 0x1F700),  # transport
)
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
_LONGEST = 20
_CHAINS = ("mm", "mmm", "mmmm", "ummmm", "mmummmumm")
_RUN = re.compile("([_\x80-\xff]*[\x80-\xff][_\x80-\xff]*)")


def repair(text: str) -> str:
    """`text`, read as Latin-1, with its damaged symbols put right where they can be told and dropped where not."""
    return text if text.isascii() else min(_undo(text, chain) for chain in _CHAINS)[-1]


def damage(symbol: str, chain: str) -> str:
    """`symbol` after the steps of `chain`: `m` for a round through Mac Roman, `u` for one more UTF-8 encoding."""
    data = symbol.encode()
    for step in chain:
        data = b"".join(map(_through_mac, data)) if step == "m" else "".join(map(_windows, data)).encode()
    return data.decode("latin-1")


def _undo(text: str, chain: str) -> tuple[int, int, str]:
    """How badly `chain` explains `text` (characters it leaves over, length of the result), and the result."""
    pieces = _RUN.split(text)
    runs = [list(_symbols(run, _table(chain))) for run in pieces[1::2]]
    pieces[1::2] = ["".join(symbol or "" for symbol in run) for run in runs]
    repaired = "".join(pieces)
    return sum(run.count(None) for run in runs), len(repaired), repaired


def _symbols(run: str, table: Mapping[str, str]) -> Iterator[str | None]:
    """The symbols of a damaged run, the longest match first; None for a character that nothing explains."""
    start = 0
    while start < len(run):
        ends = range(min(len(run), start + _LONGEST), start, -1)
        end = next((end for end in ends if run[start:end] in table), None)
        yield None if end is None else table[run[start:end]]
        start = end or start + 1


@cache
def _table(chain: str) -> Mapping[str, str]:
    """Damaged form -> its symbol: the likeliest of several, or nothing where none of them is."""
    forms = [(damage(symbol, chain), symbol) for first, end in _BLOCKS for symbol in map(chr, range(first, end))]
    sharing = Counter(form for form, _ in forms)
    table = {form: symbol if sharing[form] == 1 else "" for form, symbol in forms if not form.isascii()}
    return table | {damage(symbol, chain): symbol for symbol in _LIKELIEST}


@cache
def _through_mac(byte: int) -> bytes:
    """The Mac Roman byte of a Windows-1252 one: an undefined byte passes, a symbol that Mac Roman lacks is lost."""
    try:
        return _windows(byte).encode("mac_roman")
    except UnicodeEncodeError:
        return bytes([byte]) if byte in _UNDEFINED else b"_"


@cache
def _windows(byte: int) -> str:
    return chr(byte) if byte in _UNDEFINED else bytes([byte]).decode("cp1252")
