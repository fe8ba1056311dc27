"""Plots as inline SVG that take their colours and fonts from the page; this file alone imports matplotlib."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from crosstask.evidence.interval import Interval
from crosstask.reports.messages import Messages

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

# Okabe and Ito's colour-blind safe blue and vermilion; the page may override each by its variable.
DIRECT, TRANSFER, INK = "#0072b2", "#d55e00", "#010203"
_COLOURS = {DIRECT: f"var(--direct, {DIRECT})", TRANSFER: f"var(--transfer, {TRANSFER})", INK: "currentColor"}
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "crosstask",
    "font.size": 10.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.6,
    "xtick.color": INK,
    "ytick.color": INK,
    "grid.color": INK,
    "grid.alpha": 0.15,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.borderaxespad": 0.0,
    "legend.borderpad": 0.2,
    "figure.constrained_layout.hspace": 0.12,
}


@dataclass(frozen=True, slots=True)
class DrawScores:
    """The scores of direct training and of transfer in one draw, each between 0 and 1."""

    draw: str
    direct: float
    transfer: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One run's value at each step, such as its loss; `transfer` says on which side it stands."""

    transfer: bool
    steps: Sequence[int]
    values: Sequence[float]


def gain_plot(rows: Sequence[DrawScores], gain: Interval, say: Messages) -> str:
    """Each draw's score from direct to transfer, and under it the gain of each draw with the mean's interval."""
    with _canvas(5.0, 2.45 + 0.3 * len(rows)) as canvas:
        scores, gains = canvas.subplots(2, 1, height_ratios=(len(rows) + 0.6, 2.0))
        _draw_scores(scores, rows, say)
        _draw_gain(gains, [100 * (row.transfer - row.direct) for row in rows], gain, say)
        return _svg(canvas, "gain")


def learning_curves(curves: Sequence[Curve], what: str, name: str, say: Messages) -> str:
    """A measure (`what`, such as "training loss") against the step, one line a run, coloured by its side.

    `name` is the plot's own on its page.
    """
    with _canvas(4.25, 2.9) as canvas:
        axes = canvas.subplots()
        for curve in curves:
            axes.plot(curve.steps, curve.values, color=TRANSFER if curve.transfer else DIRECT, alpha=0.75, lw=1.4)
        axes.set_title(what)
        axes.set_xlabel(say.step)
        axes.grid(axis="y")
        _legend(axes, "solid", say)
        return _svg(canvas, name)


def _draw_scores(axes: Axes, rows: Sequence[DrawScores], say: Messages) -> None:
    for height, row in enumerate(rows):
        axes.plot([row.direct, row.transfer], [height, height], color=INK, alpha=0.35, lw=1.4, zorder=1)
        axes.plot(row.direct, height, "o", ms=7, color=DIRECT)
        axes.plot(row.transfer, height, "D", ms=6.5, color=TRANSFER)
    axes.set_yticks(range(len(rows)), [row.draw for row in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.margins(x=0.08)
    axes.set_title(say.test_accuracy)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    _legend(axes, "none", say)


def _draw_gain(axes: Axes, of_draws: Sequence[float], gain: Interval, say: Messages) -> None:
    axes.axvline(0, color=INK, lw=0.9)
    axes.plot(of_draws, [1] * len(of_draws), "D", ms=5, color=TRANSFER, alpha=0.55)
    axes.plot([100 * gain.low, 100 * gain.high], [0, 0], color=TRANSFER, lw=3, solid_capstyle="butt")
    axes.plot(100 * gain.value, 0, "D", ms=8, color=TRANSFER)
    axes.set_yticks([1, 0], [say.draws, say.mean.format(level=f"{gain.level:.0%}")])
    axes.set_ylim(-0.6, 1.6)
    axes.margins(x=0.08)
    axes.set_title(say.gain_points)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)


def _legend(axes: Axes, line: str, say: Messages) -> None:
    """Name the two sides above the axes, at the right, so that no point is covered."""
    for side, colour, marker in (("direct", DIRECT, "o"), ("transfer", TRANSFER, "D")):
        point = marker if line == "none" else ""
        axes.plot([], [], color=colour, linestyle=line, marker=point, label=say.method(side))
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.01), ncols=2, handlelength=1.2)


@contextmanager
def _canvas(width: float, height: float) -> Iterator[Canvas]:
    """A figure of so many inches in the report's style, outside pyplot's process-wide list of figures."""
    import matplotlib
    from matplotlib.figure import Figure as Canvas

    with matplotlib.rc_context(_STYLE):
        yield Canvas(figsize=(width, height), layout="constrained")


def _svg(canvas: Canvas, name: str) -> str:
    """The figure as an SVG element for a page: no date, ids of its own, colours and fonts left to the page."""
    buffer = io.StringIO()
    with warnings.catch_warnings():  # of glyphs that the layout's own font has not: the page's fonts draw them
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from")
        canvas.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].rstrip()
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|\s?xmlns(:\w+)?=\"[^\"]*\"", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font-family: [^;\"]*", "font-family: inherit", svg)
    for colour, variable in _COLOURS.items():
        svg = svg.replace(colour, variable)
    return svg
