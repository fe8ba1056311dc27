"""Resampling counts is resampling rows."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from crosstask.evidence.bootstrap import bootstrap_counts
from crosstask.evidence.proportion import wilson

F1_CELLS = np.array([40, 12, 7, 61])  # true negative, false positive, false negative, true positive


def share(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return counts[..., 0] / counts.sum(-1)


def f1(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return 2 * counts[..., 3] / (2 * counts[..., 3] + counts[..., 1] + counts[..., 2])


def test_a_proportion_gets_nearly_wilsons_interval() -> None:
    found, closed = bootstrap_counts([170, 30], share, resamples=20_000), wilson(170, 200)
    assert found.value == closed.value
    assert (found.low, found.high) == pytest.approx((closed.low, closed.high), abs=0.008)


def test_agrees_with_rows_drawn_one_by_one() -> None:
    rows = np.repeat(np.arange(4), F1_CELLS)
    drawn = np.random.default_rng(1).choice(rows, size=(20_000, rows.size))
    of_rows = f1(np.stack([(drawn == cell).sum(-1) for cell in range(4)], axis=-1))
    found = bootstrap_counts(F1_CELLS, f1, resamples=20_000, level=0.9)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(of_rows, [0.05, 0.95])), abs=0.004)


def test_equal_seeds_give_equal_intervals() -> None:
    assert bootstrap_counts(F1_CELLS, f1, seed=3) == bootstrap_counts(F1_CELLS, f1, seed=3)
    assert bootstrap_counts(F1_CELLS, f1, seed=3) != bootstrap_counts(F1_CELLS, f1, seed=4)


def test_a_prior_gives_empty_cells_their_chance_and_leaves_the_value() -> None:
    plain, found = (bootstrap_counts([10, 0], share, prior=prior) for prior in (0.0, [0.5, 0.5]))
    assert (plain.value, plain.low, plain.high) == (1.0, 1.0, 1.0)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(wilson(10, 10).low, abs=0.1)


def test_a_prior_does_not_matter_to_many_rows() -> None:
    plain, found = (bootstrap_counts(100 * F1_CELLS, f1, prior=prior, resamples=20_000) for prior in (0.0, 0.5))
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=0.001)


def test_resamples_without_a_value_do_not_enter() -> None:
    def recall_of_a_rare_label(counts: NDArray[np.int64]) -> NDArray[np.float64]:
        with np.errstate(invalid="ignore"):
            return counts[..., 0] / (counts[..., 0] + counts[..., 1])

    found = bootstrap_counts([1, 1, 100], recall_of_a_rare_label)
    assert (found.value, found.low, found.high) == (0.5, 0.0, 1.0)
