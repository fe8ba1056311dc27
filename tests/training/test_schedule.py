"""The learning rate over a phase."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crosstask.training.schedule import Schedule

SCHEDULES = some.builds(Schedule, warmup=some.floats(0, 0.9), decay=some.sampled_from(["linear", "cosine", "constant"]))


@given(SCHEDULES, some.integers(1, 200))
def test_factors_climb_to_one_and_fall_never_reaching_zero(schedule, steps):
    factors = [schedule.factor(step, steps) for step in range(steps)]
    peak = factors.index(max(factors))
    assert all(0 < factor <= 1 for factor in factors)
    assert factors[:peak] == sorted(factors[:peak])
    assert factors[peak:] == sorted(factors[peak:], reverse=True)
    assert peak <= round(schedule.warmup * steps)


def test_the_warm_up_is_linear():
    assert [Schedule(0.4, "linear").factor(step, 10) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(
    ("decay", "factors"),
    [("linear", [1, 0.75, 0.5, 0.25]), ("cosine", [1, 0.853553, 0.5, 0.146447]), ("constant", [1] * 4)],
)
def test_the_decay_is_as_named(decay, factors):
    found = [Schedule(0, decay).factor(step, 4) for step in range(4)]
    assert found == pytest.approx(factors, abs=1e-6)
