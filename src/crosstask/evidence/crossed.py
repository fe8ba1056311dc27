"""Intervals over draws and rows, where every draw is scored on the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, log, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crosstask.evidence.interval import Interval

ROWS, DRAWS, BOTH = "rows", "draws", "rows and draws"
_SMALLEST_TAIL = 1e-15


@dataclass(frozen=True, slots=True)
class Part:
    """One source of doubt in a mean: its standard error, known to so many degrees of freedom."""

    error: float
    freedom: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is known of a true mean: `value`, and independent sources of doubt.

    Each part alone would give a t interval; together their half-widths add as squares do.
    Paper: Howe 1974, "Approximate confidence limits on the mean of X + Y where X and Y are two tabled
    independent random variables".
    """

    value: float
    parts: tuple[Part, ...]
    over: str

    def interval(self, level: float = 0.95, *, within: tuple[float, float] = (-inf, inf)) -> Interval:
        """The interval that leaves equal tails, cut to the range `within` that the mean cannot leave."""
        half = self._half_width((1 - level) / 2)
        low, high = max(within[0], self.value - half), min(within[1], self.value + half)
        return Interval(self.value, low, high, level, self.over)

    def below(self, bound: float) -> float:
        """The probability that the true mean lies below `bound`: the level at which an interval's end reaches it."""
        tail = self._tail(abs(bound - self.value))
        return tail if bound < self.value else 1 - tail

    def _half_width(self, tail: float) -> float:
        from scipy.special import stdtrit

        return hypot(*(part.error * float(stdtrit(part.freedom, tail)) for part in self.parts))

    def _tail(self, distance: float) -> float:
        from scipy.optimize import brentq

        if self._half_width(_SMALLEST_TAIL) <= distance:
            return 0.0
        found = brentq(lambda x: self._half_width(np.exp(x)) - distance, log(_SMALLEST_TAIL), log(0.5), xtol=1e-10)
        return float(np.exp(found))


def grand_mean(scores: ArrayLike) -> Estimate:
    """The mean of scores [draws, rows] over all draws and rows there could be.

    Draws and rows are both random and crossed. The two-way table's mean squares give the two variances
    of the mean: MS_rows / (draws * rows) for the rows and the noise, and what the draws add to it,
    (MS_draws - MS_residual) / (draws * rows), or nothing where that is negative. With one draw the rows
    alone vary. Scores that hardly differ do not claim certainty: the rows' error is never below that of
    two rows that differ, one each way.

    Args:
        scores: within -1 and 1, [draws, rows], at least two rows.

    Papers: Cornfield & Tukey 1956, "Average values of mean squares in factorials"; for the floor, Bonett &
    Price 2012, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired data".
    """
    table = np.atleast_2d(np.asarray(scores, dtype=float))
    draws, rows = table.shape
    error = float(table.mean(axis=0).std(ddof=1)) / sqrt(rows)
    parts = [Part(max(error, sqrt(2) / (rows + 2)), rows - 1)]
    if draws > 1:
        of_draws, _, of_residual = mean_squares(table)
        parts.append(Part(sqrt(max(of_draws - of_residual, 0.0) / table.size), draws - 1))
    return Estimate(float(table.mean()), tuple(parts), BOTH if draws > 1 else ROWS)


def crossed_interval(scores: ArrayLike, level: float = 0.95) -> Interval:
    """The interval of a mean score, such as accuracy from correctness (0 or 1) [draws, rows]."""
    lowest = -1.0 if np.min(scores) < 0 else 0.0
    return grand_mean(scores).interval(level, within=(lowest, 1.0))


def paired_mean(a: ArrayLike, b: ArrayLike) -> Estimate:
    """What is known of the mean difference a - b of two tables of correctness [draws, rows].

    Both were trained on the same draws and scored on the same rows, so what makes a row hard or a draw
    lucky for both cancels.
    """
    return grand_mean(np.asarray(a, dtype=float) - np.asarray(b, dtype=float))


def paired_interval(a: ArrayLike, b: ArrayLike, level: float = 0.95) -> Interval:
    """The interval of the mean difference a - b of two tables of correctness, [draws, rows] each."""
    return paired_mean(a, b).interval(level, within=(-1.0, 1.0))


def t_interval(values: ArrayLike, level: float = 0.95) -> Interval:
    """The t interval of the mean of one value a draw, at least two draws, such as macro F1 or seconds.

    Paper: Student 1908, "The probable error of a mean".
    """
    column = np.asarray(values, dtype=float)
    part = Part(float(column.std(ddof=1)) / sqrt(column.size), column.size - 1)
    return Estimate(float(column.mean()), (part,), DRAWS).interval(level)


def mean_squares(table: NDArray[np.float64]) -> tuple[float, float, float]:
    """The mean squares of draws, of rows and of their residual in a table [draws, rows], two of each at least."""
    draws, rows = table.shape
    of_draws, of_rows = table.mean(axis=1, keepdims=True), table.mean(axis=0, keepdims=True)
    residual = table - of_draws - of_rows + table.mean()
    return (
        rows * float(of_draws.var(ddof=1)),
        draws * float(of_rows.var(ddof=1)),
        float(np.square(residual).sum()) / ((draws - 1) * (rows - 1)),
    )
