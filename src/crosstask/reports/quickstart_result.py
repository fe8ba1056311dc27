"""What the quickstart measured: its value, its table and its verdict in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosstask.evidence.comparison import BETTER, WORSE, Comparison, compare
from crosstask.evidence.crossed import crossed_interval, paired_interval
from crosstask.evidence.interval import Interval
from crosstask.reports.page import Command
from crosstask.reports.plots import Curve

HEADER = ("method", "accuracy [95% interval]", "gain in points [95% interval]", "seconds a draw")


@dataclass(frozen=True, eq=False)
class MethodScores:
    """One method: correctness (0 or 1) [draws, rows] on the same test rows, and its mean seconds a draw."""

    name: str
    correct: NDArray[np.bool_]
    seconds: float


@dataclass(frozen=True, eq=False)
class QuickstartResult:
    """All the quickstart measured, as plain values.

    `references` are the cheap methods beside the two; `losses` on the training labels and `scores` on validation
    rows are the learning curves of both on the target, at least one a side; `saved_transfer` says which of the two
    was saved; `facts` are names and values a reader may want (machine, versions, seed).
    """

    source: str
    target: str
    labels_per_class: int
    direct: MethodScores
    transfer: MethodScores
    source_seconds: float
    references: Sequence[MethodScores]
    losses: Sequence[Curve]
    scores: Sequence[Curve]
    saved_transfer: bool
    commands: Sequence[Command]
    facts: Mapping[str, str]

    @property
    def comparison(self) -> Comparison:
        """Transfer against direct training."""
        return compare(self.direct.correct, self.transfer.correct)


def score_rows(result: QuickstartResult) -> list[tuple[str, ...]]:
    """The table of methods under `HEADER`: score and gain over direct training, each with its interval, and time."""
    return [_row(method, result.direct) for method in (result.transfer, result.direct, *result.references)]


def verdict(result: QuickstartResult) -> str:
    """What may be claimed of transfer, in a sentence or two."""
    found = result.comparison
    draws, rows = result.direct.correct.shape
    measured = f"{points(found.gain.value)} points of accuracy (95% interval {bounds(found.gain)})"
    where = f"over {draws} draws of {result.labels_per_class} labels a class and {rows} test rows"
    if found.verdict == BETTER:
        return f"Transfer helps: {measured}, {where}."
    if found.verdict == WORSE:
        return f"Transfer hurts: {measured}, {where}."
    return (
        f"No difference can be claimed: transfer measured {measured}, {where}. "
        f"The probability that it is worse by more than one point is {found.harm_probability:.2f}."
    )


def points(share: float) -> str:
    """A difference of accuracies in points, its sign shown."""
    return f"{100 * share:+.1f}".replace("-", "−")


def bounds(gain: Interval) -> str:
    """The ends of a gain's interval in points."""
    return f"{points(gain.low)} to {points(gain.high)}"


def _row(method: MethodScores, direct: MethodScores) -> tuple[str, ...]:
    gain = paired_interval(method.correct, direct.correct)
    shown = "–" if method is direct else f"{points(gain.value)} [{points(gain.low)}, {points(gain.high)}]"
    seconds = f"{method.seconds:.1f}" if method.seconds >= 0.05 else "<0.1"
    return method.name, str(crossed_interval(method.correct)), shown, seconds
