"""Which rows meet in a batch: shuffled, grouped by length, the same for a seed wherever a run is taken up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from crosstask.training.randomness import numpy_generator

_WINDOW = 64  # batches sorted together: long enough for little padding, short enough to stay random


class BatchPlan:
    """The batches of a run over rows of given lengths, by number: batch `i` needs no replay of those before it."""

    def __init__(self, lengths: Sequence[int] | np.ndarray, batch_size: int, seed: int, purpose: str) -> None:
        self.lengths = np.asarray(lengths)  # [rows]
        self.batch_size = batch_size
        self.seed = seed
        self.purpose = purpose
        self._epoch: tuple[int, list[np.ndarray]] = (-1, [])

    @property
    def batches_per_epoch(self) -> int:
        """How many batches see each row once; the last may be smaller."""
        return -(-len(self.lengths) // self.batch_size)

    def batch(self, number: int) -> np.ndarray:
        """Row numbers [<= batch_size] of batch `number`, counted over all epochs, shortest row first."""
        epoch, place = divmod(number, self.batches_per_epoch)
        if self._epoch[0] != epoch:
            self._epoch = (epoch, self._shuffled(epoch))
        return self._epoch[1][place]

    def _shuffled(self, epoch: int) -> list[np.ndarray]:
        draw = numpy_generator(self.seed, epoch, f"order/{self.purpose}")
        order = draw.permutation(len(self.lengths))
        window = self.batch_size * min(_WINDOW, self.batches_per_epoch // 4)
        if window > self.batch_size:
            order = np.concatenate([self._by_length(part) for part in _chunks(order, window)])
        batches = [self._by_length(rows) for rows in _chunks(order, self.batch_size)]
        return [batches[place] for place in draw.permutation(len(batches))]

    def _by_length(self, rows: np.ndarray) -> np.ndarray:
        return rows[np.argsort(self.lengths[rows], kind="stable")]


def micro_batches(rows: np.ndarray, lengths: np.ndarray, tokens: int) -> Iterator[np.ndarray]:
    """Cut `rows` (shortest first; `lengths` [all rows]) into parts of at most `tokens` padded tokens, or one row."""
    start = 0
    for end in range(1, len(rows) + 1):
        if end == len(rows) or (end + 1 - start) * lengths[rows[end]] > tokens:
            yield rows[start:end]
            start = end


def cheapest_parts(rows: np.ndarray, lengths: np.ndarray, tokens: int, pass_cost: int) -> list[np.ndarray]:
    """Cut `rows` (shortest first; `lengths` [all rows]) so that the whole costs least.

    A part costs its padded tokens and `pass_cost`, what one more pass through the model takes, counted in tokens; it
    holds at most `tokens` padded tokens, or one row. Solved exactly by dynamic programming, O(rows^2).
    """
    sizes = lengths[rows]
    least = np.zeros(len(rows) + 1)  # of the first n rows
    starts = np.zeros(len(rows) + 1, dtype=int)  # where the last part of the first n rows starts
    for end in range(1, len(rows) + 1):
        padded = sizes[end - 1] * np.arange(end, 0, -1)  # a last part from each possible start
        costs = least[:end] + padded + pass_cost
        costs[:-1][padded[:-1] > tokens] = np.inf
        starts[end] = int(costs.argmin())
        least[end] = costs[starts[end]]
    return _cut(rows, starts)


def _cut(rows: np.ndarray, starts: np.ndarray) -> list[np.ndarray]:
    parts: list[np.ndarray] = []
    end = len(rows)
    while end:
        parts.insert(0, rows[starts[end] : end])
        end = starts[end]
    return parts


def _chunks(rows: np.ndarray, size: int) -> list[np.ndarray]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]
