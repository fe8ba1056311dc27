"""A paired comparison of two methods: the gain, and what may be said of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from crosstask.evidence.crossed import paired_mean
from crosstask.evidence.interval import Interval

BETTER, WORSE, NOTHING = "better", "worse", "no difference can be claimed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The gain of a candidate over its baseline.

    `p_value` is two-sided, of no gain at all. `harm_probability` is the probability, given the scores,
    that the candidate is truly worse by more than `margin`.
    """

    gain: Interval
    p_value: float
    harm_probability: float
    margin: float

    @property
    def verdict(self) -> str:
        """What may be claimed: "better", "worse", or "no difference can be claimed"."""
        if self.gain.low > 0:
            return BETTER
        return WORSE if self.gain.high < 0 else NOTHING

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: verdict, gain, p_value, harm_probability, margin."""
        return {
            "verdict": self.verdict,
            "gain": self.gain.to_json(),
            "p_value": self.p_value,
            "harm_probability": self.harm_probability,
            "margin": self.margin,
        }


def compare(baseline: ArrayLike, candidate: ArrayLike, *, margin: float = 0.01, level: float = 0.95) -> Comparison:
    """Compare two methods trained on the same draws and scored on the same rows.

    Args:
        baseline: correctness (0 or 1) of the baseline, [draws, rows].
        candidate: correctness of the candidate, [draws, rows], the same draws and rows in the same order.
        margin: the loss that counts as harm; 0.01 is one point of accuracy.
        level: of the gain's interval; at 0.95 a verdict is wrong about once in twenty times of no gain.

    >>> compare([[1, 0] * 50], [[1, 1] * 50]).verdict
    'better'
    """
    mean = paired_mean(candidate, baseline)
    tail = mean.below(0.0)
    return Comparison(
        gain=mean.interval(level, within=(-1.0, 1.0)),
        p_value=2 * min(tail, 1 - tail),
        harm_probability=mean.below(-margin),
        margin=margin,
    )
