"""Intervals hold the truth as often as they say, in simulated studies whose truth is known."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from crosstask.evidence.comparison import compare

ROOT = Path(__file__).parents[2]
BENCHMARK = runpy.run_path(str(ROOT / "benchmarks" / "coverage.py"))
Scenario = BENCHMARK["Scenario"]
GAIN, ACCURACY = (0.83, 0.87), (0.85,)


@pytest.mark.parametrize("luck", [0.0, 0.15, 0.3])
@pytest.mark.parametrize(
    ("draws", "rows", "accuracies"),
    [(3, 300, GAIN), (3, 600, GAIN), (10, 300, GAIN), (3, 300, ACCURACY), (10, 300, ACCURACY)],
)
def test_intervals_hold_the_truth(draws: int, rows: int, accuracies: tuple[float, ...], luck: float) -> None:
    found = BENCHMARK["coverage"](Scenario(draws, rows, luck, accuracies), BENCHMARK["chosen"], replicates=800)
    assert 0.92 <= found.held <= 0.99


@pytest.mark.parametrize("accuracies", [(0.99,), (0.985, 0.99)])
def test_intervals_hold_the_truth_near_the_ceiling(accuracies: tuple[float, ...]) -> None:
    found = BENCHMARK["coverage"](Scenario(3, 300, 0.0, accuracies), BENCHMARK["chosen"], replicates=800)
    assert found.held >= 0.93


def test_one_draw_speaks_for_rows_alone() -> None:
    found = BENCHMARK["coverage"](Scenario(1, 300, 0.0, GAIN), BENCHMARK["chosen"], replicates=800)
    assert 0.93 <= found.held <= 0.98


@pytest.mark.parametrize("luck", [0.0, 0.15, 0.3])
def test_harm_at_the_margin_passes_as_often_as_the_level_asked_for(luck: float) -> None:
    scenario, random = Scenario(3, 300, luck, (0.85, 0.84)), np.random.default_rng(0)
    gains = [scenario.sample(random) for _ in range(800)]
    passed = [compare(np.zeros_like(gain), gain, margin=0.01).harm_probability < 0.1 for gain in gains]
    assert 0.05 <= np.mean(passed) <= 0.14
