"""The quickstart's report: what transfer gained on one task, beside direct training and the cheap references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crosstask.evidence.comparison import BETTER, WORSE, Comparison, compare
from crosstask.evidence.crossed import crossed_interval, paired_interval
from crosstask.evidence.interval import Interval
from crosstask.reports.page import Command, Figure, Report, Section, Table
from crosstask.reports.plots import Curve, DrawScores, gain_plot, learning_curves

HEADER = ("method", "accuracy [95% interval]", "gain in points [95% interval]", "seconds a draw")


@dataclass(frozen=True)
class MethodScores:
    """One method: correctness (0 or 1) [draws, rows] on the same test rows, and its mean seconds a draw."""

    name: str
    correct: NDArray[np.bool_]
    seconds: float


@dataclass(frozen=True)
class QuickstartResult:
    """All the quickstart measured, as plain values.

    `references` are the cheap methods beside the two; `losses` and `scores` are the learning curves of both
    on the target; `saved_transfer` says which of the two was saved; `facts` are names and values a reader
    may want (machine, versions, seed).
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
    measured = f"{_points(found.gain.value)} points of accuracy (95% interval {_bounds(found.gain)})"
    where = f"over {draws} draws of {result.labels_per_class} labels a class and {rows} test rows"
    if found.verdict == BETTER:
        return f"Transfer helps: {measured}, {where}."
    if found.verdict == WORSE:
        return f"Transfer hurts: {measured}, {where}."
    return (
        f"No difference can be claimed: transfer measured {measured}, {where}. "
        f"The probability that it is worse by more than one point is {found.harm_probability:.2f}."
    )


def quickstart_report(result: QuickstartResult) -> Report:
    """The page of one quickstart."""
    return Report(
        title=f"What {result.target} learns from {result.source}",
        lead=verdict(result),
        sections=(_gain_section(result), _methods_section(result), _curves_section(result), *_closing_sections(result)),
    )


def _gain_section(result: QuickstartResult) -> Section:
    pairs = zip(result.direct.correct.mean(axis=1), result.transfer.correct.mean(axis=1), strict=True)
    draws = [DrawScores(f"draw {n}", float(direct), float(transfer)) for n, (direct, transfer) in enumerate(pairs, 1)]
    gain = result.comparison.gain
    listed = "; ".join(f"{one.draw}: from {one.direct:.3f} to {one.transfer:.3f}" for one in draws)
    figure = Figure(
        svg=gain_plot(draws, gain),
        caption="Each draw is a fresh sample of labels; both sides of a draw train on the same labels, as many steps.",
        alt=f"Accuracy, direct to transfer. {listed}. Mean gain {_points(gain.value)} points, {_bounds(gain)}.",
    )
    text = (
        f"Direct training sees {result.labels_per_class} labels a class of {result.target} and nothing else. "
        f"Transfer first learns {result.source}, then sees the same labels for the same number of steps."
    )
    return Section("The gain", text=(text,), figures=(figure,))


def _methods_section(result: QuickstartResult) -> Section:
    table = Table(
        caption="Intervals say how far accuracy and gain would move with other label draws and other test rows. "
        "Gains are paired with direct training draw by draw and row by row. In bold: what was saved.",
        header=HEADER,
        rows=score_rows(result),
        strong=0 if result.saved_transfer else 1,
    )
    text = (
        f"Learning {result.source} took {result.source_seconds:.1f} seconds, once for all draws; "
        "it is not part of the seconds a draw."
    )
    return Section("Beside the cheap references", text=(text,), tables=(table,))


def _curves_section(result: QuickstartResult) -> Section:
    measured = (
        (result.losses, "training loss", "Loss on the labels of each draw."),
        (result.scores, "test accuracy", "Watched for this picture alone: nothing was chosen by it."),
    )
    figures = tuple(
        Figure(
            svg=learning_curves(curves, what),
            caption=caption,
            alt=f"{what} against step. {_ends(curves, transfer=False)} {_ends(curves, transfer=True)}",
        )
        for curves, what, caption in measured
    )
    return Section("How the two learn", figures=figures)


def _closing_sections(result: QuickstartResult) -> tuple[Section, Section]:
    facts = Table(
        "The same seed on the same machine gives the same numbers.",
        ("what", "value"),
        tuple(result.facts.items()),
    )
    return Section("Next", commands=result.commands), Section("How it was made", tables=(facts,))


def _row(method: MethodScores, direct: MethodScores) -> tuple[str, ...]:
    gain = paired_interval(method.correct, direct.correct)
    shown = "–" if method is direct else f"{_points(gain.value)} [{_points(gain.low)}, {_points(gain.high)}]"
    seconds = f"{method.seconds:.1f}" if method.seconds >= 0.05 else "<0.1"
    return method.name, str(crossed_interval(method.correct)), shown, seconds


def _ends(curves: Sequence[Curve], *, transfer: bool) -> str:
    """Where the lines of one side begin and end, in words."""
    mine = [curve for curve in curves if curve.transfer == transfer]
    first, last = (np.mean([curve.values[end] for curve in mine]) for end in (0, -1))
    return f"{'Transfer' if transfer else 'Direct'}: from {first:.3f} to {last:.3f} on average."


def _points(share: float) -> str:
    """A difference of accuracies in points, its sign shown."""
    return f"{100 * share:+.1f}".replace("-", "−")


def _bounds(gain: Interval) -> str:
    return f"{_points(gain.low)} to {_points(gain.high)}"
