"""Intervals of a rank correlation, such as Spearman's over rows."""

from __future__ import annotations

from math import atanh, copysign, sqrt, tanh
from statistics import NormalDist

from crosstask.evidence.interval import Interval


def spearman_interval(value: float, n: int, level: float = 0.95) -> Interval:
    """The interval of Spearman's correlation `value` over `n` rows, by Fisher's transformation.

    Few rows whose ranks agree wholly do not claim certainty: no value counts as nearer to one than `1 - 1 / n`. Of
    fewer than four rows nothing is known.
    Paper: Bonett & Wright 2000, "Sample size requirements for estimating Pearson, Kendall and Spearman correlations".

    >>> print(spearman_interval(0.5, 100))
    0.500 [0.326, 0.641]
    """
    if n < 4:
        return Interval(value, -1.0, 1.0, level)
    believed = copysign(min(abs(value), 1 - 1 / n), value)
    half = NormalDist().inv_cdf((1 + level) / 2) * sqrt((1 + believed**2 / 2) / (n - 3))
    centre = atanh(believed)
    return Interval(value, min(value, tanh(centre - half)), max(value, tanh(centre + half)), level)
