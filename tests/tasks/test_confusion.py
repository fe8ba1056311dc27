"""Intervals of macro F1 and Matthews' correlation hold the truth, near the ceiling and for poor predictors too."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from crosstask.evidence.bootstrap import bootstrap_counts
from crosstask.evidence.proportion import wilson
from crosstask.tasks.confusion import Confusion


def confusion(matrix: NDArray[np.int64]) -> Confusion:
    true, predicted = np.nonzero(matrix)
    cells = zip(true, predicted, matrix[true, predicted], strict=True)
    rows = [(str(one), str(other)) for one, other, count in cells for _ in range(count)]
    return Confusion.of(rows, [str(label) for label in range(len(matrix))])


def population(accuracy: float, shares: list[float]) -> NDArray[np.float64]:
    """Probabilities [true, predicted] of a predictor that errs alike on every label."""
    errors = np.full((len(shares),) * 2, (1 - accuracy) / (len(shares) - 1))
    np.fill_diagonal(errors, accuracy)
    return errors * np.array(shares)[:, None]


def held(truth: NDArray[np.float64], rows: int, studies: int = 250) -> dict[str, float]:
    """How often the intervals of each metric hold its value in the population."""
    whole = confusion(np.rint(truth * 10_000).astype(np.int64)).metrics(0)
    found = {"macro_f1": 0, "mcc": 0}
    for seed, matrix in enumerate(np.random.default_rng(0).multinomial(rows, truth.ravel(), size=studies)):
        metrics = confusion(matrix.reshape(truth.shape)).metrics(seed)
        for name in found:
            found[name] += metrics[name].low <= whole[name].value <= metrics[name].high
    return {name: count / studies for name, count in found.items()}


@pytest.mark.parametrize("rows", [30, 100])
@pytest.mark.parametrize("shares", [[0.5, 0.5], [0.8, 0.2], [0.2] * 5])
def test_intervals_hold_the_truth_near_the_ceiling(rows: int, shares: list[float]) -> None:
    assert min(held(population(0.97, shares), rows).values()) >= 0.9


def test_intervals_hold_the_truth_of_a_nearly_constant_predictor() -> None:
    assert min(held(np.array([[0.89, 0.01], [0.095, 0.005]]), 100).values()) >= 0.9


@pytest.mark.parametrize("matrix", [[[5, 0], [0, 5]], [[9, 0], [1, 0]]])
def test_few_rows_claim_no_certainty(matrix: list[list[int]]) -> None:
    metrics = confusion(np.array(matrix)).metrics(0)
    assert all(found.low < found.high and found.low <= found.value <= found.high for found in metrics.values())


def test_without_an_error_macro_f1_doubts_about_as_accuracy_does() -> None:
    metrics = confusion(np.diag([25, 25])).metrics(0)
    assert metrics["macro_f1"].low == pytest.approx(wilson(50, 50).low, abs=0.03)


def test_with_many_rows_it_is_the_plain_bootstrap() -> None:
    counted = confusion(np.array([[4000, 300, 100], [200, 2500, 300], [100, 50, 900]]))
    for name, statistic in (("macro_f1", counted.macro_f1), ("mcc", counted.mcc)):
        plain, found = bootstrap_counts(counted.counts, statistic), counted.metrics(0)[name]
        assert (found.low, found.high) == pytest.approx((plain.low, plain.high), abs=0.002)
