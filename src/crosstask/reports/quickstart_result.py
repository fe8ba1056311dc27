"""What the quickstart measured: its value, its table and its verdict in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosstask.evidence.comparison import BETTER, WORSE, Comparison, compare
from crosstask.evidence.crossed import crossed_interval, paired_interval
from crosstask.evidence.interval import Interval
from crosstask.reports.messages import Messages
from crosstask.reports.page import Command
from crosstask.reports.plots import Curve


@dataclass(frozen=True, eq=False)
class MethodScores:
    """One method: correctness (0 or 1) [draws, rows] on the same test rows, and its mean seconds a draw."""

    name: str
    correct: NDArray[np.bool_]
    seconds: float


@dataclass(frozen=True, eq=False)
class QuickstartResult:
    """All the quickstart measured, as plain values.

    `zero_shot` is the source's model on the target's rows as it is, and `references` are the cheap methods beside
    `direct` and `transfer`; `losses` on the training labels and `scores` on validation rows are the learning curves of
    these two on the target, at least one a side; `saved_transfer` says which of them was saved; `facts` are names and
    values a reader may want (machine, versions, seed).
    """

    source: str
    target: str
    labels_per_class: int
    direct: MethodScores
    transfer: MethodScores
    zero_shot: MethodScores
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

    @property
    def saved(self) -> MethodScores:
        """The one of the two whose bundle was saved."""
        return self.transfer if self.saved_transfer else self.direct

    @property
    def methods(self) -> list[MethodScores]:
        """Every method in the order of the table."""
        return [self.transfer, self.zero_shot, self.direct, *self.references]


def score_rows(result: QuickstartResult, say: Messages) -> list[tuple[str, ...]]:
    """The table of methods under its header: score and gain over direct training, each with its interval, and time."""
    return [_row(method, result.direct, say) for method in result.methods]


def verdict(result: QuickstartResult, say: Messages) -> str:
    """What may be claimed of transfer, in a sentence or two."""
    found = result.comparison
    draws, rows = result.direct.correct.shape
    sentence = {BETTER: say.helps, WORSE: say.hurts}.get(found.verdict, say.nothing)
    return sentence.format(
        gain=points(found.gain.value),
        bounds=bounds(found.gain, say),
        draws=draws,
        labels=result.labels_per_class,
        rows=rows,
        harm=f"{found.harm_probability:.2f}",
    )


def points(share: float) -> str:
    """A difference of accuracies in points, its sign shown."""
    return f"{100 * share:+.1f}".replace("-", "−")


def bounds(gain: Interval, say: Messages) -> str:
    """The ends of a gain's interval in points."""
    return say.bounds.format(low=points(gain.low), high=points(gain.high))


def _row(method: MethodScores, direct: MethodScores, say: Messages) -> tuple[str, ...]:
    gain = paired_interval(method.correct, direct.correct)
    shown = "–" if method is direct else f"{points(gain.value)} [{points(gain.low)}, {points(gain.high)}]"
    seconds = f"{method.seconds:.1f}" if method.seconds >= 0.05 else "<0.1"
    return say.method(method.name), str(crossed_interval(method.correct)), shown, seconds
