"""Thresholds are those of the best F1, and few rows follow the others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import f1_score

from crosstask.evidence.thresholds import fit_thresholds


def drawn(rows: int, shares: list[float], scales: list[float], seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and truth [rows, labels]: true rows lie around `scale`, others around a third of it."""
    draw = np.random.default_rng(seed)
    truth = draw.random((rows, len(shares))) < shares
    centre = np.where(truth, scales, np.array(scales) / 3)
    return np.clip(centre + 0.1 * np.array(scales) * draw.standard_normal(truth.shape), 0, 1), truth


def test_a_label_of_many_rows_gets_the_threshold_of_its_best_f1() -> None:
    probabilities, truth = drawn(4000, [0.3, 0.3], [0.9, 0.2])
    for label, threshold in enumerate(fit_thresholds(probabilities, truth)):
        column, has = probabilities[:, label], truth[:, label]
        best = max(f1_score(has, column >= candidate) for candidate in np.linspace(0.02, 0.98, 97))
        assert f1_score(has, column >= threshold) >= best - 0.01


def test_a_label_without_rows_follows_the_others() -> None:
    probabilities, truth = drawn(500, [0.3, 0.3, 0.3], [0.3, 0.3, 0.9])
    truth[:, 2] = False
    probabilities[:, 2] = 0.0
    shared = fit_thresholds(probabilities.reshape(-1, 1), truth.reshape(-1, 1))[0]
    assert fit_thresholds(probabilities, truth)[2] == pytest.approx(shared)


def test_few_rows_of_a_label_hardly_move_it_from_the_others() -> None:
    probabilities, truth = drawn(1000, [0.4, 0.4], [0.3, 0.3])
    own = np.zeros(1000)
    own[:2] = 0.9  # two rows that would have the threshold anywhere below
    lone = np.zeros(1000, dtype=bool)
    lone[:2] = True
    found = fit_thresholds(np.column_stack([probabilities, own]), np.column_stack([truth, lone]))
    assert found[2] == pytest.approx(found[:2].mean(), abs=0.05)


def test_where_all_are_equal_it_is_a_half() -> None:
    assert fit_thresholds([[0.99], [0.0]], [[1], [0]]) == pytest.approx([0.5])
    assert fit_thresholds([[0.3], [0.6]], [[0], [0]]) == pytest.approx([0.5])


@given(arrays(float, (6, 3), elements=st.floats(0, 1)), arrays(bool, (6, 3)))
def test_thresholds_are_probabilities_whatever_the_order_of_rows(probabilities: np.ndarray, truth: np.ndarray) -> None:
    found = fit_thresholds(probabilities, truth)
    assert ((found > 0) & (found < 1)).all()
    assert np.array_equal(found, fit_thresholds(probabilities[::-1], truth[::-1]))
