"""When two inputs count as the same: equal after case folding and with every run of white space as one space."""

from __future__ import annotations

from collections.abc import Iterable

from crosstask.tasks.task import Example

Key = tuple[str, ...]


def key(example: Example) -> Key:
    """The normal form of an example's inputs, one text a field; equal keys are exact repeats.

    >>> key(Example({"text": " What a  FILM "}))
    ('what a film',)
    """
    return tuple(" ".join(str(value).casefold().split()) for value in example.inputs.values())


def by_key(examples: Iterable[Example]) -> dict[Key, list[Example]]:
    """The examples grouped by key, in order of first appearance."""
    groups: dict[Key, list[Example]] = {}
    for example in examples:
        groups.setdefault(key(example), []).append(example)
    return groups
