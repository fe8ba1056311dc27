"""Bootstrap intervals over rows, drawn as counts of cells rather than row by row."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crosstask.evidence.interval import Interval

Statistic = Callable[[NDArray[np.int64]], NDArray[np.float64]]


def bootstrap_counts(
    counts: ArrayLike,
    statistic: Statistic,
    *,
    prior: ArrayLike = 0.0,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """The percentile interval over rows of a `statistic` of cell counts, such as F1 of a confusion matrix.

    Drawing n rows with replacement is a multinomial draw over the cells they fall into, so a resample
    costs the number of cells and not of rows.

    Args:
        counts: rows in each cell [cells], at least one row in all; a confusion matrix is given flattened.
        statistic: maps counts [..., cells] to values [...], all resamples at once; a value that is not
            a number (a label that a resample lost) does not enter the interval.
        prior: rows, or parts of one, added to each cell [cells] before rows are drawn anew, and not to the value: cells
            that happen to be empty get their chance, so that few rows without an error do not claim certainty.
        resamples: how many times the rows are drawn anew.
        level: probability that the interval holds the true value.
        seed: of the resampling; equal seeds give equal intervals.

    Paper: Efron 1979, "Bootstrap methods: another look at the jackknife".
    """
    cells = np.asarray(counts, dtype=np.int64)
    weights = cells + np.asarray(prior)
    drawn = np.random.default_rng(seed).multinomial(int(cells.sum()), weights / weights.sum(), size=resamples)
    low, high = np.nanquantile(statistic(drawn), [(1 - level) / 2, (1 + level) / 2])
    value = float(statistic(cells))
    return Interval(value, min(value, float(low)), max(value, float(high)), level)
