"""Which labels rows have and which they are given, and what follows from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstask.evidence.interval import Interval
from crosstask.evidence.proportion import wilson
from crosstask.evidence.row_bootstrap import bootstrap_rows, ratio

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LabelCounts:
    """The `labels` that rows have (`true`) and are given (`predicted`), 0 or 1 [rows, labels]."""

    labels: Sequence[str]
    true: Numbers
    predicted: Numbers

    @classmethod
    def of(
        cls, true: Sequence[Collection[str]], predicted: Sequence[Collection[str]], labels: Sequence[str]
    ) -> LabelCounts:
        """From label names, one collection a row, at least one row."""
        return cls(labels, indicators(true, labels), indicators(predicted, labels))

    def metrics(self, seed: int) -> dict[str, Interval]:
        """Micro and macro F1 with bootstrap intervals, the share of rows with all labels right with Wilson's."""
        hits, both = self.true * self.predicted, self.true + self.predicted
        right = int((self.true == self.predicted).all(axis=1).sum())
        return {
            "micro_f1": bootstrap_rows(np.stack([hits.sum(1), both.sum(1)], axis=1), micro_f1, seed=seed),
            "macro_f1": bootstrap_rows(np.concatenate([hits, both], axis=1), macro_f1, seed=seed),
            "exact_match": wilson(right, len(self.true)),
        }

    def table(self) -> list[tuple[Any, ...]]:
        """Precision, recall, F1 and rows of each label."""
        hits, true, given = ((self.true * self.predicted).sum(0), self.true.sum(0), self.predicted.sum(0))
        columns = (ratio(hits, given), ratio(hits, true), ratio(2 * hits, true + given), true.astype(int))
        rows = zip(self.labels, *(column.tolist() for column in columns), strict=True)
        return [("label", "precision", "recall", "f1", "rows"), *rows]


def micro_f1(sums: Numbers) -> Numbers:
    """F1 over all labels, 0 where there are none; hits, and rows that have or are given a label [..., 2] -> [...]."""
    return ratio(2 * sums[..., 0], sums[..., 1])


def macro_f1(sums: Numbers) -> Numbers:
    """The mean F1 over the labels that rows have or are given; hits, then both, by label [..., 2 labels] -> [...]."""
    hits, both = np.split(sums, 2, axis=-1)
    return ratio(ratio(2 * hits, both).sum(-1), (both > 0).sum(-1))


def indicators(rows: Sequence[Collection[str]], labels: Sequence[str]) -> Numbers:
    """1 where a row holds a label, else 0, [rows, labels]."""
    place = {label: position for position, label in enumerate(labels)}
    table = np.zeros((len(rows), len(labels)))
    for number, row in enumerate(rows):
        table[number, [place[label] for label in row]] = 1.0
    return table
