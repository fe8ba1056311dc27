"""Token lengths, what a maximum length cuts off, and the windows that it makes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths in tokens, special tokens included, of the uncut rows of one split.

    Under a maximum of `limit`, `cut` is the share of rows that lose tokens; `lost` the share of all tokens that falls
    off; `lost_median` the tokens that a cut row loses (median). `windows` counts those that the rows are read in: one
    each where their kind is read in no more.
    """

    limit: int
    median: float
    p95: int
    longest: int
    cut: float
    lost: float
    lost_median: float
    windows: int

    def to_json(self) -> dict[str, float]:
        """Plain JSON: limit, median, p95, max, cut, lost, lost_median, windows."""
        return {
            "limit": self.limit,
            "median": self.median,
            "p95": self.p95,
            "max": self.longest,
            "cut": self.cut,
            "lost": self.lost,
            "lost_median": self.lost_median,
            "windows": self.windows,
        }


def lengths(tokens: Sequence[int], lost: Sequence[int], windows: int, limit: int) -> Lengths:
    """The distribution of uncut lengths under a maximum of `limit`.

    Args:
        tokens: the length of each row, at least one.
        lost: what rows lose, of those that lose something.
        windows: how many windows they are read in, all together.
        limit: tokens that the model reads at once.

    >>> lengths([10, 20, 30, 40], [5], windows=4, limit=35)
    Lengths(limit=35, median=25.0, p95=40, longest=40, cut=0.25, lost=0.05, lost_median=5, windows=4)
    """
    ordered = sorted(tokens)
    return Lengths(
        limit=limit,
        median=median(ordered),
        p95=ordered[math.ceil(0.95 * len(ordered)) - 1],
        longest=ordered[-1],
        cut=len(lost) / len(ordered),
        lost=sum(lost) / sum(ordered),
        lost_median=median(lost) if lost else 0,
        windows=windows,
    )
