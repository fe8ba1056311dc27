"""What a comparison claims, and that it claims the same from both sides."""

from __future__ import annotations

import numpy as np
import pytest

from crosstask.evidence.comparison import compare


def pair(gain: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    difficulty = random.random(400)
    noise = 0.1 * random.normal(size=(2, 3, 400))
    return difficulty + noise[0] < 0.7, difficulty + noise[1] < 0.7 + gain


@pytest.mark.parametrize(
    ("gain", "verdict"), [(0.15, "better"), (-0.15, "worse"), (0.0, "no difference can be claimed")]
)
def test_says_what_can_be_claimed(gain: float, verdict: str) -> None:
    assert compare(*pair(gain)).verdict == verdict


def test_a_swap_turns_the_gain_around() -> None:
    baseline, candidate = pair(0.05)
    forth, back = compare(baseline, candidate), compare(candidate, baseline)
    assert forth.gain.value == -back.gain.value
    assert forth.gain.low == pytest.approx(-back.gain.high)
    assert forth.p_value == pytest.approx(back.p_value)


def test_the_p_value_is_the_level_at_which_the_verdict_turns() -> None:
    baseline, candidate = pair(0.03)
    p_value = compare(baseline, candidate).p_value
    assert 1e-6 < p_value < 0.5
    assert compare(baseline, candidate, level=1 - 1.01 * p_value).verdict == "better"
    assert compare(baseline, candidate, level=1 - 0.99 * p_value).verdict == "no difference can be claimed"


def test_harm_is_likelier_the_smaller_the_margin() -> None:
    chances = [compare(*pair(-0.02), margin=margin).harm_probability for margin in (0.0, 0.01, 0.05)]
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > 0.5 > chances[-1]


def test_a_method_beside_itself_has_no_gain_and_little_harm() -> None:
    baseline, _ = pair(0.0)
    found = compare(baseline, baseline)
    assert (found.gain.value, found.p_value) == (0.0, 1.0)
    assert found.harm_probability < 0.01


def test_to_json_carries_the_verdict_and_the_interval() -> None:
    found = compare(*pair(0.15)).to_json()
    assert found["verdict"] == "better"
    assert found["gain"].keys() >= {"value", "low", "high"}
