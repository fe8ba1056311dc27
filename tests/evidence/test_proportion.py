"""Wilson's interval agrees with statsmodels and stays where a proportion can be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from crosstask.evidence.proportion import wilson


@pytest.mark.parametrize(("successes", "n"), [(0, 7), (1, 7), (90, 100), (511, 600), (600, 600)])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_agrees_with_statsmodels(successes: int, n: int, level: float) -> None:
    low, high = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    found = wilson(successes, n, level)
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert (found.value, found.level, found.over) == (successes / n, level, "rows")


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_holds_its_estimate_and_never_collapses(counts: tuple[int, int]) -> None:
    found = wilson(*counts)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high > found.low
