"""Plots show what they are given, the same every time, in the page's own colours."""

from __future__ import annotations

import re

from crosstask.evidence.interval import Interval
from crosstask.reports.messages import messages
from crosstask.reports.plots import Curve, DrawScores, gain_plot, learning_curves

ROWS = (DrawScores("draw 1", 0.80, 0.88), DrawScores("draw 2", 0.84, 0.86))
GAIN = Interval(0.05, -0.02, 0.12, 0.95, "rows and draws")
SAY = messages("en")
CURVES = (Curve(False, (1, 2, 3), (0.7, 0.5, 0.4)), Curve(True, (1, 2, 3), (0.4, 0.3, 0.2)))


def places(svg: str, marker_colour: str) -> list[float]:
    """Where markers of a colour stand from left to right, the legend's apart."""
    uses = re.findall(rf'<use [^>]*x="([\d.]+)"[^>]*fill: var\(--{marker_colour}', svg)
    return [float(x) for x in uses]


def texts_of(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]+)</text>", svg)


def test_a_draw_stands_where_its_scores_are() -> None:
    svg = gain_plot(ROWS, GAIN, SAY)
    first, second, *_ = places(svg, "direct")
    transfer_first, transfer_second, *_ = places(svg, "transfer")
    assert first < second < transfer_second < transfer_first
    assert (transfer_first - first) / (second - first) > 1.9


def test_every_draw_and_axis_is_named_in_text() -> None:
    texts = texts_of(gain_plot(ROWS, GAIN, SAY))
    wanted = {"draw 1", "draw 2", "direct", "transfer", "test accuracy", "gain, points of accuracy", "mean, 95%"}
    assert wanted <= set(texts)


def test_another_language_is_left_to_the_pages_fonts() -> None:
    """Its characters stand in the plot as text, though the layout's own font has none of them."""
    say = messages("zh")
    drawn = [*texts_of(gain_plot(ROWS, GAIN, say)), *texts_of(learning_curves(CURVES, "训练损失", "loss", say))]
    wanted = {"直接微调", "迁移", "测试准确率", "提高的百分点", "平均，95%", "训练损失", "目标任务上的步数"}
    assert wanted <= set(drawn)
    assert not [text for text in drawn if re.search("[A-Za-z]", text) and text not in {"draw 1", "draw 2"}]


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert gain_plot(ROWS, GAIN, SAY) == gain_plot(ROWS, GAIN, SAY)
    assert gain_plot(ROWS, GAIN, SAY) != gain_plot(ROWS[:1], GAIN, SAY)


def test_two_plots_on_a_page_share_no_id() -> None:
    curves = (learning_curves(CURVES, name, name, SAY) for name in ("loss", "accuracy"))
    plots = (gain_plot(ROWS, GAIN, SAY), *curves)
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in plots]
    assert all(not one & other for one in ids for other in ids if one is not other)


def test_every_reference_leads_to_an_id() -> None:
    svg = gain_plot(ROWS, GAIN, SAY)
    assert set(re.findall(r'(?:url\(|href=")#([^")]+)', svg)) <= set(re.findall(r'\bid="([^"]+)"', svg))


def test_colours_and_fonts_are_left_to_the_page() -> None:
    svg = learning_curves(CURVES, "training loss", "loss", SAY)
    assert "var(--direct, #0072b2)" in svg
    assert "var(--transfer, #d55e00)" in svg
    assert not re.search(r"(fill|stroke): #", svg)
    assert set(re.findall(r"font-family: ([^;\"]+)", svg)) == {"inherit"}
    assert "http" not in svg


def test_other_plots_of_the_process_keep_their_style() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    learning_curves(CURVES, "training loss", "loss", SAY)
    assert dict(matplotlib.rcParams) == before
