"""How likely a decoder finds each of several short answers behind many prompts, no token being read twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import takewhile

import torch
from torch import Tensor
from torch.nn.functional import pad

from crosstask.models.answer_paths import AnswerPaths, Ids
from crosstask.models.cached_reading import Cache, CachedReading, left_padded
from crosstask.models.trunk import Trunk


@dataclass
class AnswerScorer:
    """Reads prompts and the answers behind them.

    What all prompts so far begin with is read once and kept as keys and values; prompts that share less shorten it.
    Each prompt is read once, answers of one token are read off its last state, and longer ones go on from its cache.
    """

    trunk: Trunk
    paths: AnswerPaths
    _shared: Ids | None = None
    _cache: Cache | None = field(default=None, repr=False)

    @torch.inference_mode()
    def __call__(self, prompts: Sequence[Sequence[int]]) -> Tensor:
        """Log-likelihoods [prompt, answer]."""
        shared = len(self._share(prompts))
        ids, real = (part.to(self._device) for part in left_padded([row[shared:] for row in prompts], self._padding))
        mask = pad(real, (shared, 0), value=True)
        behind = None if self._cache is None else self._cache.repeated(len(prompts))
        last, cache = self._reading(ids, _needed(mask), behind)
        states = [last[:, -1:], *(self._follow(branch, mask, cache) for branch in self.paths.branches)]
        return self.paths.likelihoods(self.trunk.logits(torch.cat(states, dim=1).flatten(0, 1)))

    def _follow(self, branch: Ids, mask: Tensor, cache: Cache) -> Tensor:
        """States [prompt, token, width] of a branch behind every prompt."""
        ids = torch.tensor([branch], device=self._device).expand(len(mask), -1)
        states, _ = self._reading(ids, _needed(pad(mask, (0, len(branch)), value=True)), cache.copy())
        return states

    def _share(self, prompts: Sequence[Sequence[int]]) -> Ids:
        """What these prompts and all before begin with, its keys and values kept."""
        common = _beginning([tuple(prompt[:-1]) for prompt in prompts])
        if self._shared is not None:
            common = _beginning([common, self._shared])
        if common != self._shared:
            ids = torch.tensor([common], device=self._device)
            self._shared, self._cache = common, self._reading(ids, None)[1] if common else None
        return common

    @cached_property
    def _reading(self) -> CachedReading:
        return CachedReading.of(self.trunk)

    @property
    def _device(self) -> torch.device:
        return next(self.trunk.parameters()).device

    @property
    def _padding(self) -> int:
        return self.trunk.text.pad_id


def _needed(mask: Tensor) -> Tensor | None:
    return None if mask.all() else mask


def _beginning(rows: Sequence[Ids]) -> Ids:
    """What all rows begin with: in alphabetical order, what the first and the last do."""
    pairs = zip(min(rows), max(rows), strict=False)
    return tuple(first for first, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
