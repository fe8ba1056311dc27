"""The quickstart's page: what transfer gained on one task, beside direct training and the cheap references."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crosstask.reports.page import Figure, Report, Section, Table
from crosstask.reports.plots import Curve, DrawScores, gain_plot, learning_curves
from crosstask.reports.quickstart_result import HEADER, QuickstartResult, bounds, points, score_rows, verdict


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
        alt=f"Accuracy, direct to transfer. {listed}. Mean gain {points(gain.value)} points, {bounds(gain)}.",
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
        (result.scores, "validation accuracy", "Scored for this picture alone: nothing was chosen by it."),
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


def _ends(curves: Sequence[Curve], *, transfer: bool) -> str:
    """Where the lines of one side begin and end, in words."""
    mine = [curve for curve in curves if curve.transfer == transfer]
    first, last = (np.mean([curve.values[end] for curve in mine]) for end in (0, -1))
    return f"{'Transfer' if transfer else 'Direct'}: from {first:.3f} to {last:.3f} on average."
