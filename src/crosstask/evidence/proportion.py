"""Intervals of a proportion, such as an accuracy over rows."""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from crosstask.evidence.interval import Interval


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """The score interval of `successes` out of `n` rows (n at least 1).

    It keeps its level near 0 and 1, where the textbook interval collapses.
    Paper: Wilson 1927, "Probable inference, the law of succession, and statistical inference".

    >>> print(wilson(90, 100))
    0.900 [0.826, 0.945]
    """
    share = successes / n
    z2 = NormalDist().inv_cdf((1 + level) / 2) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return Interval(share, min(max(0.0, centre - half), share), max(min(1.0, centre + half), share), level)
