"""How an effective batch is cut into passes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crosstask.training.batches import cheapest_parts

LENGTHS = st.lists(st.integers(1, 40), min_size=1, max_size=8).map(sorted)


def cost(parts: list[np.ndarray], lengths: np.ndarray, pass_cost: int) -> int:
    return sum(int(len(part) * lengths[part].max()) + pass_cost for part in parts)


def fits(part: np.ndarray, lengths: np.ndarray, tokens: int) -> bool:
    return len(part) == 1 or len(part) * lengths[part].max() <= tokens


@given(LENGTHS, st.integers(1, 120), st.integers(0, 60))
def test_no_other_cut_costs_less(sizes: list[int], tokens: int, pass_cost: int) -> None:
    lengths, rows = np.array(sizes), np.arange(len(sizes))
    found = cheapest_parts(rows, lengths, tokens, pass_cost)
    cuts = [places for count in range(len(rows)) for places in combinations(range(1, len(rows)), count)]
    others = [np.split(rows, places) for places in cuts]
    allowed = [parts for parts in others if all(fits(part, lengths, tokens) for part in parts)]
    assert np.concatenate(found).tolist() == rows.tolist()
    assert all(fits(part, lengths, tokens) for part in found)
    assert cost(found, lengths, pass_cost) == min(cost(parts, lengths, pass_cost) for parts in allowed)


def test_row_numbers_are_those_of_the_whole_data() -> None:
    lengths = np.array([9, 1, 1, 9])
    parts = cheapest_parts(np.array([1, 2, 0, 3]), lengths, 1000, 2)
    assert [part.tolist() for part in parts] == [[1, 2], [0, 3]]


def test_a_dear_pass_keeps_the_batch_whole() -> None:
    lengths = np.array([1, 2, 50])
    assert len(cheapest_parts(np.arange(3), lengths, 1000, 1000)) == 1
