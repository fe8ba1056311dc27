"""The probability from which on a label is given, chosen by F1 on rows that were not trained on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crosstask.evidence.row_bootstrap import ratio

Numbers = NDArray[np.float64]

DEFAULT = 0.5
"""The threshold that nothing was chosen for."""

_CANDIDATES = np.linspace(0.02, 0.98, 97)
_SHARED_ROWS = 20.0
_LEANING = 1e-9


def fit_thresholds(probabilities: ArrayLike, truth: ArrayLike) -> Numbers:
    """The threshold of each label [labels] with the best F1, shrunk towards the one that is best for all of them.

    Each label's counts get those of all labels together on top, scaled to 20 rows that have the label: a label of few
    rows follows the others, one of many its own rows. Between equals the threshold is the one nearest to 0.5.

    Args:
        probabilities: [rows, labels].
        truth: which rows have which labels, 0 or 1 [rows, labels].
    """
    table, has = np.asarray(probabilities, dtype=np.float64), np.asarray(truth, dtype=bool)
    hits, given = (np.stack(counts, axis=-1) for counts in zip(*_counts(table, has), strict=True))
    both = given + has.sum(0)[:, None]
    scale = _SHARED_ROWS / max(int(has.sum()), 1)
    f1 = ratio(2 * (hits + scale * hits.sum(0)), both + scale * both.sum(0))
    best: NDArray[np.intp] = (f1 - _LEANING * np.abs(_CANDIDATES - DEFAULT)).argmax(axis=1)
    return np.asarray(_CANDIDATES[best])


def _counts(table: Numbers, has: NDArray[np.bool_]) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """For each candidate the rows that are given each label, rightly and in all; two of [labels]."""
    for candidate in _CANDIDATES:
        given = table >= candidate
        yield (given & has).sum(axis=0), given.sum(axis=0)
