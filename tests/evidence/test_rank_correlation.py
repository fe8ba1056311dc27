"""Intervals of Spearman's correlation hold the truth."""

from __future__ import annotations

from math import asin, pi

import numpy as np
import pytest
from scipy.stats import spearmanr

from crosstask.evidence.rank_correlation import spearman_interval


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.85])
@pytest.mark.parametrize("rows", [20, 100])
def test_intervals_hold_the_truth(correlation: float, rows: int) -> None:
    truth = 6 / pi * asin(correlation / 2)  # Spearman's of a bivariate normal with this Pearson's
    draw, held = np.random.default_rng(0), 0
    for _ in range(300):
        pairs = draw.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]], rows)
        found = spearman_interval(float(spearmanr(pairs).statistic), rows)
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 300 <= 0.99


@pytest.mark.parametrize("value", [-1.0, 1.0])
def test_few_rows_in_one_order_claim_no_certainty(value: float) -> None:
    found = spearman_interval(value, 10)
    assert found.low <= value <= found.high
    assert found.high - found.low > 0.2


def test_three_rows_say_nothing() -> None:
    assert (spearman_interval(0.5, 3).low, spearman_interval(0.5, 3).high) == (-1.0, 1.0)


def test_more_rows_or_a_lower_level_narrow_it() -> None:
    wide, narrow, lower = spearman_interval(0.3, 30), spearman_interval(0.3, 300), spearman_interval(0.3, 30, level=0.5)
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high
    assert wide.low < lower.low < lower.high < wide.high
