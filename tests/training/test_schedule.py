"""The learning rate over a phase."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from crosstask.errors import ConfigError
from crosstask.training.rates import Rates
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
    assert [Schedule(warmup=0.4).factor(step, 10) for step in range(4)] == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize(
    ("decay", "factors"),
    [("linear", [1, 0.75, 0.5, 0.25]), ("cosine", [1, 0.853553, 0.5, 0.146447]), ("constant", [1] * 4)],
)
def test_the_decay_is_as_named(decay, factors):
    found = [Schedule(warmup=0, decay=decay).factor(step, 4) for step in range(4)]
    assert found == pytest.approx(factors, abs=1e-6)


@pytest.mark.parametrize("options", [{"warmup": 1.0}, {"warmup": -0.1}, {"decay": "steps"}])
def test_a_wrong_schedule_is_refused(options):
    with pytest.raises(ConfigError):
        Schedule(**options)


@pytest.mark.parametrize("options", [{"learning_rate": 0}, {"clip": 0}, {"weight_decay": -1}])
def test_wrong_rates_are_refused(options):
    with pytest.raises(ConfigError):
        Rates(**options)
