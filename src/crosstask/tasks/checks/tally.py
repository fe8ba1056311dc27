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


@dataclass(frozen=True, slots=True)
class Reading:
    """How a model reads a row: its uncut length in tokens, how many of them it loses, and in how many windows."""

    tokens: int
    lost: int = 0
    windows: int = 1


Read = Callable[[Kind, Sequence[Example]], Sequence[Reading]]
"""Examples of a kind -> the reading of each."""

_CHUNK = 100

Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class Tally:
    """Of each row its key, its target where an input has one right target, and its length in tokens: [rows].

    Beside them what rows lose, [rows that lose tokens], the windows of all together, the rows, or spans, by name, and
    what the kind measures of the targets: [rows with a target].
    """

    keys: Numbers
    targets: Numbers
    tokens: NDArray[np.int64]
    lost: NDArray[np.int64]
    windows: int
    names: Mapping[str, int]
    measures: NDArray[np.float64]


def tally(examples: Iterable[Example], kind: Kind, read: Read) -> Tally:
    """The tally of examples, of which no more than a hundred are held at once."""
    keys, targets, tokens, lost, measures = array("Q"), array("Q"), array("q"), array("q"), array("d")
    names: Counter[str] = Counter()
    windows = 0
    for chunk in in_chunks(examples, _CHUNK):
        keys.extend(key_number(key(example)) for example in chunk)
        targets.extend(_target_number(example.target) if kind.one_answer else 0 for example in chunk)
        readings = read(kind, chunk)
        tokens.extend(reading.tokens for reading in readings)
        lost.extend(reading.lost for reading in readings if reading.lost)
        windows += sum(reading.windows for reading in readings)
        given = [example.target for example in chunk if example.target is not None]
        names.update(name for target in given for name in kind.named(target))
        measures.extend(measure for measure in map(kind.measured, given) if measure is not None)
    numbers = np.array(tokens), np.array(lost), windows
    return Tally(np.array(keys), np.array(targets), *numbers, names, np.array(measures))


def _target_number(target: Any) -> int:
    return number(json.dumps(target))
