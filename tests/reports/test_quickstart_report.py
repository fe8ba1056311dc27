"""The quickstart's report says what was measured, and claims no more."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from crosstask.evidence.crossed import crossed_interval, paired_interval
from crosstask.reports.messages import messages
from crosstask.reports.page import Command, render
from crosstask.reports.plots import Curve
from crosstask.reports.quickstart import quickstart_report
from crosstask.reports.quickstart_result import MethodScores, QuickstartResult, score_rows, verdict

SAY = messages("en")


def correctness(accuracy: float, seed: int) -> np.ndarray:
    difficulty = np.random.default_rng(0).random(400)
    return difficulty + 0.1 * np.random.default_rng(seed).normal(size=(3, 400)) < accuracy


def curves(start: float) -> tuple[Curve, ...]:
    return tuple(Curve(side, (1, 2, 3), (start, start / 2, start / 3)) for side in (False, True) for _ in range(3))


@pytest.fixture
def result() -> QuickstartResult:
    return QuickstartResult(
        source="sample:tweets-other",
        target="sample:tweets-airlines",
        labels_per_class=16,
        direct=MethodScores("direct", correctness(0.75, 1), 6.04),
        transfer=MethodScores("transfer", correctness(0.9, 2), 6.1),
        zero_shot=MethodScores("zero-shot transfer", np.tile(correctness(0.7, 4)[:1], (3, 1)), 0.0),
        source_seconds=40.0,
        references=(MethodScores("majority", np.tile(np.arange(400) % 2 == 0, (3, 1)), 0.001),),
        losses=curves(0.7),
        scores=curves(0.9),
        saved_transfer=True,
        commands=(Command("Ask it.", 'crosstask predict runs/quickstart "late again"'),),
        facts={"seed": "0", "machine": "two cores"},
    )


def test_the_table_holds_scores_and_gains_with_their_intervals(result: QuickstartResult) -> None:
    rows = {row[0]: dict(zip(SAY.header, row, strict=True)) for row in score_rows(result, SAY)}
    assert list(rows) == ["transfer", "zero-shot transfer", "direct", "majority"]
    gain = paired_interval(result.transfer.correct, result.direct.correct)
    assert rows["transfer"]["gain in points [95% interval]"] == (
        f"+{100 * gain.value:.1f} [+{100 * gain.low:.1f}, +{100 * gain.high:.1f}]"
    )
    assert rows["direct"]["accuracy [95% interval]"] == str(crossed_interval(result.direct.correct))
    assert rows["direct"]["gain in points [95% interval]"] == "–"
    assert rows["majority"]["gain in points [95% interval]"].startswith("−")
    assert (rows["direct"]["seconds a draw"], rows["majority"]["seconds a draw"]) == ("6.0", "<0.1")


def test_a_gain_is_claimed(result: QuickstartResult) -> None:
    assert verdict(result, SAY).startswith("Transfer helps: +")


def test_a_loss_is_said(result: QuickstartResult) -> None:
    turned = replace(result, direct=result.transfer, transfer=result.direct)
    assert verdict(turned, SAY).startswith("Transfer hurts: −")


def test_no_claim_is_made_where_none_can_be(result: QuickstartResult) -> None:
    alike = replace(result, transfer=MethodScores("transfer", correctness(0.75, 3), 6.0))
    assert verdict(alike, SAY).startswith("No difference can be claimed")
    assert "worse by more than one point" in verdict(alike, SAY)


def test_the_page_has_everything_on_it(result: QuickstartResult) -> None:
    page = render(quickstart_report(result, SAY))
    assert verdict(result, SAY) in page
    assert page.count("<svg") == 3
    assert "crosstask predict runs/quickstart &#34;late again&#34;" in page
    assert "two cores" in page


@pytest.mark.parametrize(("saved_transfer", "strong"), [(True, 0), (False, 2)])
def test_the_saved_one_is_marked(result: QuickstartResult, saved_transfer: bool, strong: int) -> None:
    report = quickstart_report(replace(result, saved_transfer=saved_transfer), SAY)
    (table,) = report.sections[1].tables
    assert table.strong == strong


def test_the_same_result_gives_the_same_page(result: QuickstartResult) -> None:
    assert render(quickstart_report(result, SAY)) == render(quickstart_report(result, SAY))
