"""Intervals over draws and rows against closed forms and independent references."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from crosstask.evidence.crossed import (
    Estimate,
    Part,
    crossed_interval,
    grand_mean,
    mean_squares,
    paired_interval,
    t_interval,
)


def correctness(draws: int, rows: int, accuracy: float = 0.8, seed: int = 0) -> np.ndarray:
    random = np.random.default_rng(seed)
    difficulty, luck = random.normal(size=rows), 0.3 * random.normal(size=(draws, 1))
    latent = difficulty + luck + random.normal(size=(draws, rows))
    return np.asarray(latent < stats.norm.ppf(accuracy) * 1.4)


def test_mean_squares_agree_with_the_analysis_of_variance_of_statsmodels() -> None:
    table = correctness(4, 25).astype(float)
    draw, row = np.indices(table.shape)
    frame = pd.DataFrame({"score": table.ravel(), "draw": draw.ravel(), "row": row.ravel()})
    reference = anova_lm(ols("score ~ C(draw) + C(row)", frame).fit())
    assert mean_squares(table) == pytest.approx(tuple(reference["mean_sq"]), abs=1e-12)


def test_one_draw_gets_the_t_interval_over_rows() -> None:
    scores = correctness(1, 80)
    reference = stats.ttest_1samp(scores[0].astype(float), 0).confidence_interval(0.9)
    found = crossed_interval(scores, level=0.9)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))
    assert found.over == "rows"
    assert crossed_interval(scores[0], level=0.9) == found


def test_draws_that_differ_no_more_than_noise_add_nothing() -> None:
    rows = np.repeat([[1.0, 0.0]], 50, axis=0).ravel()
    found = crossed_interval([rows, rows, rows])
    half = stats.t.ppf(0.975, 99) * rows.std(ddof=1) / 10
    assert (found.low, found.high) == pytest.approx((0.5 - half, 0.5 + half))
    assert found.over == "rows and draws"


def test_rows_that_never_differ_leave_the_draws() -> None:
    of_draws = np.array([0.2, 0.4, 0.9])
    found = grand_mean(np.repeat(of_draws[:, None], 10_000, axis=1)).interval(0.95)
    reference = stats.ttest_1samp(of_draws, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high), abs=1e-5)


def test_both_sources_of_doubt_add_as_squares() -> None:
    table = correctness(3, 200).astype(float)
    of_draws, of_rows, residual = mean_squares(table)
    assert of_draws > residual
    by_draws = stats.t.ppf(0.975, 2) * sqrt((of_draws - residual) / 600)
    by_rows = stats.t.ppf(0.975, 199) * sqrt(of_rows / 600)
    found = grand_mean(table).interval()
    assert found.high - found.value == pytest.approx(sqrt(by_draws**2 + by_rows**2))


def test_scores_that_never_differ_do_not_claim_certainty() -> None:
    perfect = crossed_interval(np.ones((3, 300)))
    assert perfect.high == 1.0
    assert 0.98 < perfect.low < 0.995
    same = paired_interval(np.ones((2, 300)), np.ones((2, 300)))
    assert same.low == -same.high == pytest.approx(perfect.low - 1)


def test_intervals_stay_where_the_mean_can_be() -> None:
    scores = np.array([[1] * 99 + [0], [1] * 60 + [0] * 40])
    assert (crossed_interval(scores).low, crossed_interval(scores).high) == (0.0, 1.0)
    assert paired_interval(scores, 1 - scores).low == -1.0


def test_the_t_interval_of_draws_agrees_with_scipy() -> None:
    values = [0.81, 0.86, 0.84, 0.79]
    reference = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    found = t_interval(values)
    assert (found.low, found.high, found.over) == (pytest.approx(reference.low), pytest.approx(reference.high), "draws")


PARTS = st.tuples(st.floats(1e-4, 1.0), st.integers(1, 999)).map(lambda given: Part(*given))
ESTIMATES = st.builds(Estimate, st.floats(-1, 1), st.lists(PARTS, min_size=1, max_size=3).map(tuple), st.just("rows"))


@given(ESTIMATES, st.floats(0.01, 0.99))
def test_an_intervals_ends_are_where_the_probability_says(estimate: Estimate, level: float) -> None:
    found = estimate.interval(level)
    assert estimate.below(found.low) == pytest.approx((1 - level) / 2, abs=1e-6)
    assert estimate.below(found.high) == pytest.approx((1 + level) / 2, abs=1e-6)


@given(ESTIMATES, st.lists(st.floats(-50, 50), min_size=2, max_size=5))
def test_probability_grows_with_the_bound(estimate: Estimate, bounds: list[float]) -> None:
    chances = [estimate.below(bound) for bound in sorted(bounds)]
    assert all(0 <= chance <= 1 for chance in chances)
    assert all(before <= after + 1e-9 for before, after in pairwise(chances))


def test_a_single_part_is_students_t() -> None:
    estimate = Estimate(0.1, (Part(0.05, 7),), "draws")
    for bound in (-0.3, 0.0, 0.1, 0.17):
        assert estimate.below(bound) == pytest.approx(stats.t.cdf((bound - 0.1) / 0.05, 7), abs=1e-9)


def test_the_order_of_draws_and_rows_does_not_matter() -> None:
    scores = correctness(5, 60)
    shuffled = scores[[3, 0, 4, 1, 2]][:, np.random.default_rng(0).permutation(60)]
    first, second = crossed_interval(scores), crossed_interval(shuffled)
    assert (first.low, first.high) == pytest.approx((second.low, second.high))
