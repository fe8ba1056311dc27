"""Statistics of row sums: their intervals are those of rows drawn one by one, and few rows claim no certainty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from crosstask.evidence import row_bootstrap
from crosstask.evidence.bootstrap import bootstrap_counts
from crosstask.evidence.proportion import wilson
from crosstask.evidence.row_bootstrap import bootstrap_rows, ratio

Numbers = NDArray[np.float64]


def mean(sums: Numbers) -> Numbers:
    return ratio(sums[..., 0], sums[..., 1])


def f1(sums: Numbers) -> Numbers:
    return ratio(2 * sums[..., 0], sums[..., 1])


def counted(values: object) -> Numbers:
    column = np.asarray(values, dtype=float)
    return np.stack([column, np.ones_like(column)], axis=1)


def entities(rows: int, seed: int = 0) -> Numbers:
    """Hits, and predicted and true entities together, of rows with none to four entities each."""
    draw = np.random.default_rng(seed)
    true = draw.integers(0, 5, rows)
    hits = draw.binomial(true, 0.7)
    return np.stack([hits, true + hits + draw.integers(0, 2, rows)], axis=1).astype(float)


def test_agrees_with_rows_drawn_one_by_one() -> None:
    table, draw = entities(150), np.random.default_rng(1)
    values = [float(f1(table[draw.integers(0, 150, 150)].sum(axis=0))) for _ in range(4000)]
    found = bootstrap_rows(table, f1, resamples=4000, level=0.9)
    assert found.value == f1(table.sum(axis=0))
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(values, [0.05, 0.95])), abs=0.006)


def test_agrees_with_the_bootstrap_of_counts() -> None:
    kinds, counts = np.array([[1.0, 2.0], [0.0, 1.0], [0.0, 2.0]]), [60, 25, 40]
    of_counts = bootstrap_counts(counts, lambda cells: f1(cells @ kinds))
    found = bootstrap_rows(np.repeat(kinds, counts, axis=0), f1)
    assert found.value == of_counts.value
    assert (found.low, found.high) == pytest.approx((of_counts.low, of_counts.high), abs=0.015)


def test_a_proportion_gets_nearly_wilsons_interval() -> None:
    found, closed = bootstrap_rows(counted([1] * 170 + [0] * 30), mean, resamples=8000), wilson(170, 200)
    assert found.value == closed.value
    assert (found.low, found.high) == pytest.approx((closed.low, closed.high), abs=0.008)


@pytest.mark.parametrize("rows", [10, 50])
def test_few_rows_that_are_all_right_claim_no_certainty(rows: int) -> None:
    found = bootstrap_rows(counted([1] * rows), mean)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(wilson(rows, rows).low, abs=0.1)
    assert bootstrap_rows(counted([0] * rows), mean).high > 0


def test_without_a_range_nothing_is_added() -> None:
    found = bootstrap_rows(counted([2.5] * 10), mean, within=None)
    assert (found.low, found.value, found.high) == (2.5, 2.5, 2.5)


def test_the_doubt_does_not_matter_to_many_rows() -> None:
    table = entities(5000)
    found, plain = bootstrap_rows(table, f1), bootstrap_rows(table, f1, within=None)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=0.001)


def test_rows_drawn_in_parts_have_the_same_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bootstrap_rows(entities(400), f1)
    monkeypatch.setattr(row_bootstrap, "_DRAWN_AT_ONCE", 900)
    parts = bootstrap_rows(entities(400), f1)
    assert (parts.low, parts.high) == pytest.approx((whole.low, whole.high), abs=0.01)


def test_equal_seeds_give_equal_intervals() -> None:
    assert bootstrap_rows(entities(50), f1, seed=3) == bootstrap_rows(entities(50), f1, seed=3)
    assert bootstrap_rows(entities(50), f1, seed=3) != bootstrap_rows(entities(50), f1, seed=4)


def test_resamples_without_a_value_do_not_enter() -> None:
    def recall_of_a_rare_label(sums: Numbers) -> Numbers:
        with np.errstate(invalid="ignore"):
            return sums[..., 0] / sums[..., 1]

    rows = [[1, 1], [0, 1], *[[0, 0]] * 30]
    found = bootstrap_rows(rows, recall_of_a_rare_label)
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_interval_holds_its_value_and_stays_in_range(values: list[float]) -> None:
    found = bootstrap_rows(counted(values), mean, resamples=50)
    assert 0 <= found.low <= found.value <= found.high <= 1


@pytest.mark.parametrize(("share", "rows"), [(0.97, 40), (0.9, 60), (0.6, 40)])
def test_intervals_hold_the_truth(share: float, rows: int) -> None:
    draws = np.random.default_rng(0).random((300, rows)) < share
    found = [bootstrap_rows(counted(draw), mean, resamples=400, seed=seed) for seed, draw in enumerate(draws)]
    assert np.mean([interval.low <= share <= interval.high for interval in found]) >= 0.91
