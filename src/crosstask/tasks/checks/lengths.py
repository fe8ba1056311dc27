"""Token lengths, and what a maximum length cuts off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths in tokens, special tokens included, of the uncut rows of one split.

    `cut` is the share of rows longer than `limit`; `lost` the share of all tokens that falls off; `lost_median`
    the tokens that a cut row loses (median).
    """

    limit: int
    median: float
    p95: int
    longest: int
    cut: float
    lost: float
    lost_median: float

    def to_json(self) -> dict[str, float]:
        """Plain JSON: limit, median, p95, max, cut, lost, lost_median."""
        return {
            "limit": self.limit,
            "median": self.median,
            "p95": self.p95,
            "max": self.longest,
            "cut": self.cut,
            "lost": self.lost,
            "lost_median": self.lost_median,
        }


def lengths(tokens: Sequence[int], limit: int) -> Lengths:
    """The distribution of uncut lengths `tokens` (one number a row, at least one) under a maximum of `limit`.

    >>> lengths([10, 20, 30, 40], limit=35)
    Lengths(limit=35, median=25.0, p95=40, longest=40, cut=0.25, lost=0.05, lost_median=5)
    """
    ordered = sorted(tokens)
    over = [length - limit for length in ordered if length > limit]
    return Lengths(
        limit=limit,
        median=median(ordered),
        p95=ordered[math.ceil(0.95 * len(ordered)) - 1],
        longest=ordered[-1],
        cut=len(over) / len(ordered),
        lost=sum(over) / sum(ordered),
        lost_median=median(over) if over else 0,
    )
