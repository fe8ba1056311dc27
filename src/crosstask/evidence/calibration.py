"""How far probabilities can be believed, and the temperature that mends them."""

from __future__ import annotations

from math import exp, log

import numpy as np
from numpy.typing import ArrayLike, NDArray

TEMPERATURES = (0.05, 20.0)

TEMPERATURE_ROWS = 100
"""Rows that a temperature takes: fewer cannot say how sure to be."""


def expected_calibration_error(probabilities: ArrayLike, targets: ArrayLike, bins: int = 15) -> float:
    """The mean gap between confidence and accuracy, over `bins` equally wide bins of the top probability.

    Args:
        probabilities: [rows, classes], each row summing to one.
        targets: the index of the true class, [rows].
        bins: how many bins the range 0 to 1 is cut into.

    Paper: Guo et al. 2017, "On calibration of modern neural networks" (after Naeini et al. 2015).
    """
    table, truth = np.asarray(probabilities, dtype=float), np.asarray(targets)
    confidence, correct = table.max(axis=1), table.argmax(axis=1) == truth
    bin_of = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(bin_of, weights=confidence - correct, minlength=bins)
    return float(np.abs(gaps).sum() / truth.size)


def brier_score(probabilities: ArrayLike, targets: ArrayLike) -> float:
    """The squared distance from probabilities [rows, classes] to the true classes [rows]: 0 is perfect, 2 the worst.

    Paper: Brier 1950, "Verification of forecasts expressed in terms of probability".
    """
    table = np.asarray(probabilities, dtype=float)
    truth = np.eye(table.shape[1])[np.asarray(targets)]
    return float(np.square(table - truth).sum(axis=1).mean())


def fit_temperature(logits: ArrayLike, targets: ArrayLike) -> float:
    """The temperature to divide logits [rows, classes] by so that the targets [rows] are likeliest.

    The answer lies within 0.05 and 20, however well the classes are separated.

    Paper: Guo et al. 2017, "On calibration of modern neural networks".
    """
    from scipy.optimize import minimize_scalar

    table, truth = np.asarray(logits, dtype=float), np.asarray(targets)

    def loss(log_temperature: float) -> float:
        return _negative_log_likelihood(table / exp(log_temperature), truth)

    low, high = TEMPERATURES
    found = minimize_scalar(loss, bounds=(log(low), log(high)), method="bounded", options={"xatol": 1e-6})
    return exp(float(found.x))


def _negative_log_likelihood(logits: NDArray[np.float64], targets: NDArray[np.int64]) -> float:
    from scipy.special import log_softmax

    return -float(log_softmax(logits, axis=1)[np.arange(targets.size), targets].mean())
