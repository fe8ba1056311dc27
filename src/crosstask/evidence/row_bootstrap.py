"""Bootstrap intervals over rows, of statistics that follow from sums over rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crosstask.evidence.interval import Interval

Numbers = NDArray[np.float64]

_DRAWN_AT_ONCE = 1 << 22  # rows, so that memory does not grow with their number


def bootstrap_rows(
    rows: ArrayLike,
    statistic: Callable[[Numbers], Numbers],
    *,
    within: tuple[float, float] | None = (0.0, 1.0),
    resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """The percentile interval over rows of a `statistic` of row sums, such as F1 of hits, predicted and true.

    Few rows that are all right, or all alike, do not claim certainty: as Jeffreys' prior of a proportion does, each
    resample meets half a row more at either end of the range `within`, on average, each moving it by a row's share.

    Args:
        rows: what each row adds to the sums [rows, sums], at least one row. For a mean it is the values and ones.
        statistic: maps sums [..., sums] to values [...], all resamples at once; a value that is not a number does not
            enter the interval.
        within: the range that the statistic cannot leave; None where it has none, and then nothing is added.
        resamples: how many times the rows are drawn anew.
        level: probability that the interval holds the true value.
        seed: of the resampling; equal seeds give equal intervals.

    Paper: Efron 1979, "Bootstrap methods: another look at the jackknife".

    >>> print(bootstrap_rows([[1, 1]] * 20, lambda sums: ratio(sums[..., 0], sums[..., 1])))
    1.000 [0.900, 1.000]
    """
    table = np.asarray(rows, dtype=np.float64)
    random = np.random.default_rng(seed)
    value = float(statistic(table.sum(axis=0)))
    drawn = statistic(_resampled(table, resamples, random))
    if within is not None:
        drawn = np.clip(drawn + _doubt(value, within, random.poisson(0.5, (2, resamples)) / len(table)), *within)
    low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, min(value, float(low)), max(value, float(high)), level)


def ratio(numerator: Numbers, denominator: Numbers) -> Numbers:
    """The quotient of two arrays of one shape, 0 where the denominator is 0."""
    top, bottom = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    return np.divide(top, bottom, out=np.zeros_like(bottom), where=bottom != 0)


def _resampled(table: Numbers, resamples: int, random: np.random.Generator) -> Numbers:
    """The sums [resamples, sums] of as many rows as there are, drawn with replacement."""
    rows = len(table)
    at_once = max(1, _DRAWN_AT_ONCE // rows)
    sizes = [min(at_once, resamples - start) for start in range(0, resamples, at_once)]
    return np.concatenate([_times_drawn(rows, size, random) @ table for size in sizes])


def _times_drawn(rows: int, resamples: int, random: np.random.Generator) -> Numbers:
    """How often each resample holds each row, [resamples, rows]."""
    cells = random.integers(0, rows, size=(resamples, rows)) + rows * np.arange(resamples)[:, None]
    counts = np.bincount(cells.ravel(), minlength=resamples * rows)
    return np.asarray(counts.reshape(resamples, rows), dtype=np.float64)


def _doubt(value: float, within: tuple[float, float], shares: Numbers) -> Numbers:
    """What rows at the low and the high end of the range, `shares` [2, resamples] of all rows, do to the value."""
    low, high = within
    moved: Numbers = np.array([low - value, high - value]) @ shares
    return moved
