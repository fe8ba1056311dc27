"""Plots show what they are given, the same every time, in the page's own colours."""

from __future__ import annotations

import re

from crosstask.evidence.interval import Interval
from crosstask.reports.plots import Curve, DrawScores, gain_plot, learning_curves

ROWS = (DrawScores("draw 1", 0.80, 0.88), DrawScores("draw 2", 0.84, 0.86))
GAIN = Interval(0.05, -0.02, 0.12, 0.95, "rows and draws")
CURVES = (Curve(False, (1, 2, 3), (0.7, 0.5, 0.4)), Curve(True, (1, 2, 3), (0.4, 0.3, 0.2)))


def places(svg: str, marker_colour: str) -> list[float]:
    """Where markers of a colour stand from left to right, the legend's apart."""
    uses = re.findall(rf'<use [^>]*x="([\d.]+)"[^>]*fill: var\(--{marker_colour}', svg)
    return [float(x) for x in uses]


def test_a_draw_stands_where_its_scores_are() -> None:
    svg = gain_plot(ROWS, GAIN)
    first, second, *_ = places(svg, "direct")
    transfer_first, transfer_second, *_ = places(svg, "transfer")
    assert first < second < transfer_second < transfer_first
    assert (transfer_first - first) / (second - first) > 1.9


def test_every_draw_and_axis_is_named_in_text() -> None:
    texts = re.findall(r"<text[^>]*>([^<]+)</text>", gain_plot(ROWS, GAIN))
    wanted = {"draw 1", "draw 2", "direct", "transfer", "test accuracy", "gain, points of accuracy", "mean, 95%"}
    assert wanted <= set(texts)


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert gain_plot(ROWS, GAIN) == gain_plot(ROWS, GAIN)
    assert gain_plot(ROWS, GAIN) != gain_plot(ROWS[:1], GAIN)


def test_two_plots_on_a_page_share_no_id() -> None:
    plots = (gain_plot(ROWS, GAIN), learning_curves(CURVES, "training loss"), learning_curves(CURVES, "test accuracy"))
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in plots]
    assert all(not one & other for one in ids for other in ids if one is not other)


def test_every_reference_leads_to_an_id() -> None:
    svg = gain_plot(ROWS, GAIN)
    assert set(re.findall(r'(?:url\(|href=")#([^")]+)', svg)) <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_colours_and_fonts_are_left_to_the_page() -> None:
    svg = learning_curves(CURVES, "training loss")
    assert "var(--direct, #0072b2)" in svg
    assert "var(--transfer, #d55e00)" in svg
    assert not re.search(r"(fill|stroke): #", svg)
    assert set(re.findall(r"font-family: ([^;\"]+)", svg)) == {"inherit"}
    assert "http" not in svg


def test_other_plots_of_the_process_keep_their_style() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    learning_curves(CURVES, "training loss")
    assert dict(matplotlib.rcParams) == before
