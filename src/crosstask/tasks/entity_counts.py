"""How far found spans of words agree with true ones, counted by row and by label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstask.evidence.interval import Interval
from crosstask.evidence.row_bootstrap import bootstrap_rows, ratio
from crosstask.tasks.entities import Tags, entities

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EntityCounts:
    """What agrees of found and true spans: a hit has the same words and the same label.

    `rows` [rows, 5] are the hits, the found and the true spans of each row, its rightly tagged words and all its words.
    The counters hold hits, found and true spans by label.
    """

    rows: Numbers
    hits: Counter[str]
    found: Counter[str]
    true: Counter[str]

    @classmethod
    def of(cls, pairs: Iterable[tuple[Tags, Tags]], bio: Callable[[Tags], Tags]) -> EntityCounts:
        """From rows of (true, found) tags of the same words, which `bio` turns into BIO."""
        rows: list[tuple[int, ...]] = []
        hits, found, true = Counter[str](), Counter[str](), Counter[str]()
        for expected, told in pairs:
            is_true, is_found = set(entities(bio(expected))), set(entities(bio(told)))
            both = is_true & is_found
            right = sum(one == other for one, other in zip(expected, told, strict=True))
            rows.append((len(both), len(is_found), len(is_true), right, len(expected)))
            for counter, spans in ((hits, both), (found, is_found), (true, is_true)):
                counter.update(span.label for span in spans)
        return cls(np.array(rows, dtype=np.float64), hits, found, true)

    def metrics(self, seed: int) -> dict[str, Interval]:
        """F1, precision and recall of all spans together, and the share of words with the right tag.

        Paper: Tjong Kim Sang & De Meulder 2003, "Introduction to the CoNLL-2003 shared task".
        """
        statistics = {"f1": _f1, "precision": _precision, "recall": _recall, "accuracy": _accuracy}
        return {name: bootstrap_rows(self.rows, statistic, seed=seed) for name, statistic in statistics.items()}

    def table(self) -> list[tuple[Any, ...]]:
        """Precision, recall and F1 of each label, and how many true spans it has."""
        labels = sorted(self.true | self.found)
        return [("label", "precision", "recall", "f1", "spans"), *(self._of_label(label) for label in labels)]

    def _of_label(self, label: str) -> tuple[Any, ...]:
        sums = np.array([self.hits[label], self.found[label], self.true[label]], dtype=np.float64)
        return (label, float(_precision(sums)), float(_recall(sums)), float(_f1(sums)), self.true[label])


def _f1(sums: Numbers) -> Numbers:
    return ratio(2 * sums[..., 0], sums[..., 1] + sums[..., 2])


def _precision(sums: Numbers) -> Numbers:
    return ratio(sums[..., 0], sums[..., 1])


def _recall(sums: Numbers) -> Numbers:
    return ratio(sums[..., 0], sums[..., 2])


def _accuracy(sums: Numbers) -> Numbers:
    return ratio(sums[..., 3], sums[..., 4])
