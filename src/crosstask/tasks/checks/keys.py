"""When two inputs count as the same: equal after case folding and with every run of white space as one space."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from crosstask.tasks.task import Example

Key = tuple[str, ...]


def key(example: Example) -> Key:
    """The normal form of an example's inputs, one text a field; equal keys are exact repeats.

    >>> key(Example({"text": " What a  FILM "}))
    ('what a film',)
    """
    return tuple(" ".join(text.casefold().split()) for text in example.texts)


def by_key(examples: Iterable[Example]) -> dict[Key, list[Example]]:
    """The examples grouped by key, in order of first appearance."""
    groups: dict[Key, list[Example]] = {}
    for example in examples:
        groups.setdefault(key(example), []).append(example)
    return groups


def number(text: str) -> int:
    """A text as a number of 64 bits: that two of ten million texts share one has a chance of three in a million."""
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


def key_number(key: Key) -> int:
    """A key as a number of 64 bits."""
    return number("\n".join(key))
