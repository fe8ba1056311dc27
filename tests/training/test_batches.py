"""Batches: every row once an epoch, whatever the order they are asked for, with little padding."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from crosstask.training.batches import BatchPlan, cheapest_parts, micro_batches

LENGTHS = some.lists(some.integers(1, 60), min_size=1, max_size=300)


@given(LENGTHS, some.integers(1, 40), some.integers(0, 5))
def test_an_epoch_holds_every_row_once(lengths, batch_size, seed):
    plan = BatchPlan(lengths, batch_size, seed, "train/a")
    for epoch in range(2):
        numbers = range(epoch * plan.batches_per_epoch, (epoch + 1) * plan.batches_per_epoch)
        batches = [plan.batch(number) for number in numbers]
        assert sorted(np.concatenate(batches)) == list(range(len(lengths)))
        assert all(len(rows) <= batch_size for rows in batches)


@given(LENGTHS, some.integers(1, 40), some.lists(some.integers(0, 50), min_size=1, max_size=8))
def test_a_batch_follows_from_seed_and_number_alone(lengths, batch_size, numbers):
    used = BatchPlan(lengths, batch_size, 3, "train/a")
    for number in numbers:
        fresh = BatchPlan(lengths, batch_size, 3, "train/a")
        assert (used.batch(number) == fresh.batch(number)).all()


def test_epochs_seeds_and_purposes_shuffle_otherwise():
    lengths = [5] * 64

    def first(seed=0, purpose="train/a", number=0):
        return tuple(BatchPlan(lengths, 32, seed, purpose).batch(number))

    assert len({first(), first(seed=1), first(purpose="train/b"), first(number=2)}) == 4


def padded_share(batches, lengths):
    computed = sum(len(rows) * lengths[rows].max() for rows in batches)
    return computed / lengths.sum()


def test_mixed_lengths_are_grouped_and_what_is_near_in_length_still_varies():
    lengths = np.random.default_rng(0).integers(5, 300, size=2000)
    plan = BatchPlan(lengths, 32, 0, "train/a")
    batches = [plan.batch(number) for number in range(plan.batches_per_epoch)]
    assert padded_share(batches, lengths) < 1.1
    assert padded_share(np.split(np.random.default_rng(0).permutation(2000)[:1984], 62), lengths) > 1.7
    later = [plan.batch(number) for number in range(plan.batches_per_epoch, 2 * plan.batches_per_epoch)]
    assert not {frozenset(rows) for rows in batches} & {frozenset(rows) for rows in later}


def test_batches_do_not_come_in_the_order_of_their_lengths():
    lengths = np.arange(1, 1281)
    plan = BatchPlan(lengths, 32, 0, "train/a")
    means = [lengths[plan.batch(number)].mean() for number in range(plan.batches_per_epoch)]
    assert abs(np.corrcoef(means, np.arange(len(means)))[0, 1]) < 0.5


def test_few_rows_are_not_grouped():
    lengths = np.repeat([1, 50], 16)
    seen = [set(lengths[BatchPlan(lengths, 8, seed, "train/a").batch(0)]) for seed in range(20)]
    assert seen.count({1, 50}) > 15


@given(LENGTHS, some.integers(1, 400))
def test_micro_batches_cut_in_order_and_keep_the_bound(lengths, tokens):
    lengths = np.array(lengths)
    rows = np.argsort(lengths, kind="stable")
    parts = list(micro_batches(rows, lengths, tokens))
    assert (np.concatenate(parts) == rows).all()
    assert all(len(part) == 1 or len(part) * lengths[part].max() <= tokens for part in parts)


@given(LENGTHS, some.integers(1, 400))
def test_micro_batches_are_as_few_as_the_bound_allows(lengths, tokens):
    lengths = np.array(lengths)
    parts = list(micro_batches(np.argsort(lengths, kind="stable"), lengths, tokens))
    for part, following in itertools.pairwise(parts):
        assert (len(part) + 1) * lengths[following[0]] > tokens


def test_a_row_longer_than_the_bound_stands_alone():
    parts = list(micro_batches(np.array([0, 1, 2]), np.array([2, 2, 50]), 10))
    assert [part.tolist() for part in parts] == [[0, 1], [2]]


@pytest.mark.parametrize(("rows", "batch_size", "batches"), [(1, 8, 1), (8, 8, 1), (9, 8, 2)])
def test_the_last_batch_may_be_smaller(rows, batch_size, batches):
    assert BatchPlan([3] * rows, batch_size, 0, "train/a").batches_per_epoch == batches


def cost(parts, lengths, pass_cost: int) -> int:
    return sum(len(part) * int(lengths[part].max()) + pass_cost for part in parts)


@given(some.lists(some.integers(1, 30), min_size=1, max_size=9), some.integers(1, 120), some.integers(0, 60))
def test_the_cheapest_parts_cost_no_more_than_any_others(lengths, tokens, pass_cost):
    lengths = np.array(lengths)
    rows = np.argsort(lengths, kind="stable")
    found = cheapest_parts(rows, lengths, tokens, pass_cost)
    assert (np.concatenate(found) == rows).all()
    every = range(2 ** (len(rows) - 1))
    cuts = ([place for place in range(1, len(rows)) if number >> (place - 1) & 1] for number in every)
    ways = [np.split(rows, places) for places in cuts]
    allowed = [way for way in ways if all(len(part) == 1 or len(part) * lengths[part].max() <= tokens for part in way)]
    assert cost(found, lengths, pass_cost) == min(cost(way, lengths, pass_cost) for way in allowed)
    assert all(len(part) == 1 or len(part) * lengths[part].max() <= tokens for part in found)
