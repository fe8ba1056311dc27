"""Calibration measures against worked examples, and a temperature that finds the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import log_softmax, softmax
from sklearn.metrics import brier_score_loss

from crosstask.evidence.calibration import brier_score, expected_calibration_error, fit_temperature


def sampled(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits [rows, 3] and targets drawn from their softmax: calibrated as they are."""
    random = np.random.default_rng(seed)
    logits = 2 * random.normal(size=(rows, 3))
    return logits, (softmax(logits, axis=1).cumsum(axis=1) < random.random((rows, 1))).sum(axis=1)


def test_calibration_error_of_a_worked_example() -> None:
    probabilities = [[0.95, 0.05], [0.85, 0.15], [0.3, 0.7], [0.3, 0.7]]
    # two bins: 0.9 sure and half right, 0.7 sure and always right
    error = expected_calibration_error(probabilities, [0, 1, 1, 1], bins=5)
    assert error == pytest.approx(0.5 * abs(0.9 - 0.5) + 0.5 * abs(0.7 - 1.0))


def test_a_probability_of_one_falls_into_the_last_bin() -> None:
    assert expected_calibration_error([[1.0, 0.0], [1.0, 0.0]], [0, 1], bins=10) == 0.5


def test_calibrated_probabilities_have_hardly_an_error() -> None:
    logits, targets = sampled(20_000)
    assert expected_calibration_error(softmax(logits, axis=1), targets) < 0.015
    assert expected_calibration_error(softmax(3 * logits, axis=1), targets) > 0.08


def test_brier_score_of_two_classes_is_twice_scikit_learns() -> None:
    probabilities = softmax(np.random.default_rng(0).normal(size=(50, 2)), axis=1)
    targets = np.random.default_rng(1).integers(0, 2, 50)
    half = brier_score_loss(targets, probabilities[:, 1])
    assert brier_score(probabilities, targets) == pytest.approx(2 * half)


def test_brier_score_runs_from_zero_to_two() -> None:
    assert brier_score([[1.0, 0.0, 0.0]], [0]) == 0.0
    assert brier_score([[1.0, 0.0, 0.0]], [2]) == 2.0


@pytest.mark.parametrize("sharpness", [0.2, 1.0, 4.0])
def test_finds_the_temperature_that_was_taken_away(sharpness: float) -> None:
    logits, targets = sampled(20_000)
    assert fit_temperature(sharpness * logits, targets) == pytest.approx(sharpness, rel=0.05)


def test_no_other_temperature_makes_the_targets_likelier() -> None:
    logits, targets = sampled(200, seed=2)

    def loss(temperature: float) -> float:
        return -float(log_softmax(logits / temperature, axis=1)[np.arange(200), targets].mean())

    found = fit_temperature(logits, targets)
    assert loss(found) <= min(loss(temperature) for temperature in np.geomspace(0.06, 19, 500)) + 1e-9


def test_classes_that_never_meet_keep_a_finite_temperature() -> None:
    assert fit_temperature([[1.0, 0.0], [0.0, 1.0]], [0, 1]) == pytest.approx(0.05, rel=0.01)
    assert fit_temperature([[1.0, 0.0], [0.0, 1.0]], [1, 0]) == pytest.approx(20.0, rel=0.01)
