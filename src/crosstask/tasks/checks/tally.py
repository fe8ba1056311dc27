"""What one pass over a split leaves: a few numbers a row, and counts."""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstask.tasks.checks.keys import key, key_number, number
from crosstask.tasks.kind import Kind
from crosstask.tasks.reread import in_chunks
from crosstask.tasks.task import Example

CountTokens = Callable[[Sequence[Example]], Sequence[int]]
"""Examples -> the uncut length in tokens of each."""

_CHUNK = 100

Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class Tally:
    """Of each row its key, its target where an input has one right target, and its length in tokens: [rows].

    Beside them the rows, or spans, by name, and what the kind measures of the targets: [rows with a target].
    """

    keys: Numbers
    targets: Numbers
    tokens: NDArray[np.int64]
    names: Mapping[str, int]
    measures: NDArray[np.float64]


def tally(examples: Iterable[Example], kind: Kind, count_tokens: CountTokens) -> Tally:
    """The tally of examples, of which no more than a hundred are held at once."""
    keys, targets, tokens, measures = array("Q"), array("Q"), array("q"), array("d")
    names: Counter[str] = Counter()
    for chunk in in_chunks(examples, _CHUNK):
        keys.extend(key_number(key(example)) for example in chunk)
        targets.extend(_target_number(example.target) if kind.one_answer else 0 for example in chunk)
        tokens.extend(count_tokens(chunk))
        given = [example.target for example in chunk if example.target is not None]
        names.update(name for target in given for name in kind.named(target))
        measures.extend(measure for measure in map(kind.measured, given) if measure is not None)
    return Tally(np.array(keys), np.array(targets), np.array(tokens), names, np.array(measures))


def _target_number(target: Any) -> int:
    return number(json.dumps(target))
