"""The quickstart's page: what transfer gained on one task, beside direct training and the cheap references."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from crosstask.evidence.crossed import crossed_interval
from crosstask.evidence.interval import Interval
from crosstask.reports.messages import Messages
from crosstask.reports.page import Figure, Report, Section, Table
from crosstask.reports.plots import Curve, DrawScores, gain_plot, learning_curves
from crosstask.reports.quickstart_result import QuickstartResult, bounds, points, score_rows, verdict


def quickstart_report(result: QuickstartResult, say: Messages) -> Report:
    """The page of one quickstart, in the language of the messages."""
    return Report(
        title=say.title.format(source=result.source, target=result.target),
        lead=verdict(result, say),
        sections=(
            _gain_section(result, say),
            _methods_section(result, say),
            _curves_section(result, say),
            Section(say.next_title, commands=result.commands),
            _facts_section(result, say),
        ),
        language=say.language,
    )


def _gain_section(result: QuickstartResult, say: Messages) -> Section:
    pairs = zip(result.direct.correct.mean(axis=1), result.transfer.correct.mean(axis=1), strict=True)
    draws = [
        DrawScores(say.draw.format(number=number), float(direct), float(transfer))
        for number, (direct, transfer) in enumerate(pairs, 1)
    ]
    gain = result.comparison.gain
    figure = Figure(gain_plot(draws, gain, say), say.gain_caption, _gain_in_words(draws, gain, say))
    names = {"source": result.source, "target": result.target}
    unlabelled = say.unlabelled_text.format(**names, accuracy=crossed_interval(result.zero_shot.correct))
    text = (say.gain_text.format(**names, labels=result.labels_per_class), unlabelled)
    return Section(say.gain_title, text=text, figures=(figure,))


def _gain_in_words(draws: Sequence[DrawScores], gain: Interval, say: Messages) -> str:
    listed = (
        say.gain_alt_draw.format(draw=one.draw, direct=f"{one.direct:.3f}", transfer=f"{one.transfer:.3f}")
        for one in draws
    )
    return say.gain_alt.format(draws=say.between.join(listed), gain=points(gain.value), bounds=bounds(gain, say))


def _methods_section(result: QuickstartResult, say: Messages) -> Section:
    table = Table(
        caption=say.methods_caption,
        header=say.header,
        rows=score_rows(result, say),
        strong=result.methods.index(result.saved),
    )
    text = say.methods_text.format(source=result.source, seconds=f"{result.source_seconds:.1f}")
    return Section(say.methods_title, text=(text,), tables=(table,))


def _curves_section(result: QuickstartResult, say: Messages) -> Section:
    measured = (
        (result.losses, say.training_loss, "loss", say.loss_caption),
        (result.scores, say.validation_accuracy, "accuracy", say.score_caption),
    )
    figures = tuple(
        Figure(learning_curves(curves, what, name, say), caption, _curves_in_words(curves, what, say))
        for curves, what, name, caption in measured
    )
    return Section(say.curves_title, figures=figures)


def _curves_in_words(curves: Sequence[Curve], what: str, say: Messages) -> str:
    """Where the lines of both sides begin and end, in words."""
    ends = {
        f"{side}_{end}": f"{np.mean([curve.values[place] for curve in curves if curve.transfer == transfer]):.3f}"
        for side, transfer in (("direct", False), ("transfer", True))
        for end, place in (("first", 0), ("last", -1))
    }
    return say.curves_alt.format(what=what, **ends)


def _facts_section(result: QuickstartResult, say: Messages) -> Section:
    rows = tuple((say.facts.get(name, name), value) for name, value in result.facts.items())
    return Section(say.facts_title, tables=(Table(say.facts_caption, say.facts_header, rows),))
