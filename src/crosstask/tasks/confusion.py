"""The confusion matrix of a classification, and what follows from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstask.evidence.bootstrap import bootstrap_counts
from crosstask.evidence.interval import Interval
from crosstask.evidence.proportion import wilson

Numbers = NDArray[np.float64]
Cell = tuple[int, int]

_LABELS_ADDED = 2
"""Labels whose prior is added in all: with many labels a whole one of each would outweigh the rows."""


@dataclass(frozen=True, eq=False)
class Confusion:
    """The cells that hold rows or could: `true`, `predicted` (label positions), `counts`, each [cells].

    `prior` [cells] is what resampling adds to them: half a hit and half an error of each label, as Jeffreys' prior of
    its recall, or that of two labels spread over all where there are more.
    Sums by label are products with 0/1 matrices [cells, labels], so a statistic takes all resamples at once.
    """

    labels: Sequence[str]
    true: NDArray[np.intp]
    predicted: NDArray[np.intp]
    counts: NDArray[np.int64]
    prior: Numbers

    @classmethod
    def of(cls, rows: Sequence[tuple[str, str]], labels: Sequence[str]) -> Confusion:
        """From (true, predicted) label names, at least one row."""
        place = {label: position for position, label in enumerate(labels)}
        cells = Counter((place[true], place[predicted]) for true, predicted in rows)
        likely = _prior(cells, len(labels))
        both = list(dict.fromkeys([*cells, *likely]))
        true, predicted = np.array(both, dtype=np.intp).T
        counts = np.array([cells[cell] for cell in both], dtype=np.int64)
        return cls(labels, true, predicted, counts, np.array([likely.get(cell, 0.0) for cell in both]))

    def metrics(self, seed: int) -> dict[str, Interval]:
        """Macro F1 and Matthews' correlation with bootstrap intervals, accuracy with Wilson's."""
        hits = int(self.counts[self.true == self.predicted].sum())
        return {
            "macro_f1": bootstrap_counts(self.counts, self.macro_f1, prior=self.prior, seed=seed),
            "accuracy": wilson(hits, int(self.counts.sum())),
            "mcc": bootstrap_counts(self.counts, self.mcc, prior=self.prior, seed=seed),
        }

    def macro_f1(self, counts: NDArray[np.int64]) -> Numbers:
        """The mean F1 over the labels that occur as true or predicted; counts [..., cells] -> [...]."""
        hits, true, predicted = self._by_label(counts)
        occurs = true + predicted > 0
        f1 = _ratio(2 * hits, true + predicted)
        return np.asarray(f1.sum(-1) / occurs.sum(-1))

    def mcc(self, counts: NDArray[np.int64]) -> Numbers:
        """Matthews' correlation for any number of labels, 0 where it is undefined; counts [..., cells] -> [...].

        Paper: Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation coefficient".
        """
        hits, true, predicted = self._by_label(counts)
        rows = counts.sum(-1).astype(np.float64)
        covariance = hits.sum(-1) * rows - (true * predicted).sum(-1)
        spread = (rows**2 - (true**2).sum(-1)) * (rows**2 - (predicted**2).sum(-1))
        return _ratio(covariance, np.sqrt(spread))

    def tables(self) -> Mapping[str, Sequence[Sequence[Any]]]:
        """Precision, recall and F1 per label, and the matrix with true labels down and predicted ones across."""
        hits, true, predicted = self._by_label(self.counts)
        columns = (_ratio(hits, predicted), _ratio(hits, true), _ratio(2 * hits, true + predicted), true.astype(int))
        per_label = zip(self.labels, *(column.tolist() for column in columns), strict=True)
        rows = zip(self.labels, self._matrix().tolist(), strict=True)
        return {
            "per label": [("label", "precision", "recall", "f1", "rows"), *per_label],
            "confusion": [("true \\ predicted", *self.labels), *((label, *row) for label, row in rows)],
        }

    def _matrix(self) -> NDArray[np.int64]:
        matrix = np.zeros((len(self.labels),) * 2, dtype=np.int64)
        matrix[self.true, self.predicted] = self.counts
        return matrix

    def _by_label(self, counts: NDArray[np.int64]) -> tuple[Numbers, Numbers, Numbers]:
        """Hits, true rows and predicted rows of each label; counts [..., cells] -> three of [..., labels]."""
        one_hot = np.eye(len(self.labels))
        hit = one_hot[self.true] * (self.true == self.predicted)[:, None]
        return counts @ hit, counts @ one_hot[self.true], counts @ one_hot[self.predicted]


def _prior(cells: Collection[Cell], labels: int) -> dict[Cell, float]:
    """Of each true label its cell of hits and one of errors, as the next label that occurs, with the rows to add."""
    occurring = sorted({label for cell in cells for label in cell})
    if len(occurring) == 1:
        occurring.append((occurring[0] + 1) % labels)
    after = dict(zip(occurring, [*occurring[1:], occurring[0]], strict=True))
    trues = sorted({true for true, _ in cells})
    each = min(1.0, _LABELS_ADDED / len(trues)) / 2
    return {(true, other): each for true in trues for other in (true, after[true])}


def _ratio(numerator: Numbers, denominator: Numbers) -> Numbers:
    """The quotient, 0 where the denominator is 0."""
    return np.divide(numerator, denominator, out=np.zeros_like(denominator), where=denominator > 0)
