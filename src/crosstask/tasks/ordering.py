"""Orders drawn from a seed that do not depend on the order of the data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b

from crosstask.tasks.task import Example


def seeded_order(examples: Iterable[Example], seed: int, purpose: str) -> list[Example]:
    """The examples in an order that follows from seed, purpose and their content alone.

    Equal examples are told apart by their count, so that they do not stand side by side.
    """
    seen: Counter[bytes] = Counter()
    ranked = []
    for example in examples:
        content = example.content()
        seen[content] += 1
        key = f"{purpose} {seed} {seen[content]} ".encode() + content
        ranked.append((blake2b(key, digest_size=16).digest(), example))
    return [example for _, example in sorted(ranked, key=lambda pair: pair[0])]
