"""Which weights a run ends with."""

import math

import torch
from hypothesis import given
from hypothesis import strategies as some

from crosstask.training.finish import KeepBest, KeepLast

SCORES = some.lists(some.sampled_from([0.1, 0.2, 0.3, float("nan")]), min_size=1, max_size=12)


def run(finish: KeepBest, weights: dict[str, torch.Tensor], scores: list[float], first: int = 1) -> int:
    """Observe scores of weights that are the step; the last step."""
    for step, score in enumerate(scores, start=first):
        weights["a"].fill_(step)
        if finish.observe(weights, step, score):
            return step
    return first + len(scores) - 1


@given(SCORES, some.integers(1, 4))
def test_the_first_of_the_best_before_patience_ends(scores: list[float], patience: int):
    finish, weights = KeepBest(patience), {"a": torch.zeros(2)}
    last = run(finish, weights, scores)
    seen = [(score, -step) for step, score in enumerate(scores[:last], start=1) if not math.isnan(score)]
    best = -max(seen)[1] if seen else None
    assert finish.settle(weights) == best
    assert weights["a"].tolist() == [float(best or last)] * 2
    assert last == len(scores) or last - (best or 0) == patience


@given(SCORES, some.integers(1, 4), some.integers(0, 12))
def test_its_state_goes_on(scores: list[float], patience: int, cut: int):
    whole, weights = KeepBest(patience), {"a": torch.zeros(2)}
    last = run(whole, weights, scores)
    if cut < last:
        before, again = KeepBest(patience), KeepBest(patience)
        run(before, {"a": torch.zeros(2)}, scores[:cut])
        tensors, values = before.state()
        again.load_state({name: tensor.clone() for name, tensor in tensors.items()}, values)
        assert run(again, {"a": torch.zeros(2)}, scores[cut:], cut + 1) == last
        assert (again.step, again.waited) == (whole.step, whole.waited)
        assert {name: tensor.tolist() for name, tensor in again.weights.items()} == {
            name: tensor.tolist() for name, tensor in whole.weights.items()
        }


def test_the_last_weights_are_kept_whatever_the_scores():
    finish, weights = KeepLast(), {"a": torch.ones(2)}
    assert not any(finish.observe(weights, step, -step) for step in range(10))
    assert finish.settle(weights) is None
    assert finish.state() == ({}, {})
