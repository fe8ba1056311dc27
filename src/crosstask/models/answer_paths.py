"""Short answers as paths of tokens behind a prompt, and their likelihoods read off a decoder's logits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

Ids = tuple[int, ...]


@dataclass(frozen=True)
class AnswerPaths:
    """The tokens of each answer, at least one.

    A decoder has to read all of an answer but its last token. What it reads so are the `branches`: several answers
    stand on one, and those of a single token need none.
    """

    answers: tuple[Ids, ...]

    @cached_property
    def branches(self) -> tuple[Ids, ...]:
        """What is to be read behind a prompt: none is empty, and none the beginning of another."""
        read = dict.fromkeys(answer[:-1] for answer in self.answers)
        return tuple(ids for ids in read if ids and not any(_begins(ids, other) for other in read if other != ids))

    @property
    def longest(self) -> int:
        """Tokens of the longest branch."""
        return max(map(len, self.branches), default=0)

    @property
    def states(self) -> int:
        """How many states a prompt gives: its last token's, then those of every branch's tokens."""
        return 1 + sum(map(len, self.branches))

    def sequences(self, prompt: Sequence[int]) -> list[list[int]]:
        """All that is to be read of one prompt: it with each branch behind it."""
        return [[*prompt, *branch] for branch in self.branches or [()]]

    def wanted(self) -> list[int]:
        """How many states, the last ones, each of the `sequences` gives: the first one that of the prompt too."""
        first, *others = [len(branch) for branch in self.branches or [()]]
        return [1 + first, *others]

    def likelihoods(self, logits: Tensor) -> Tensor:
        """Log-likelihoods [prompt, answer], of all tokens of an answer, from logits [prompt * states, vocabulary]."""
        logits = logits.float().unflatten(0, (-1, self.states))
        picked = logits[:, self._places, self._tokens] - logits.logsumexp(-1)[:, self._places]
        lengths = [len(answer) for answer in self.answers]
        return torch.stack([part.sum(1) for part in picked.split(lengths, dim=1)], dim=1)

    @cached_property
    def _tokens(self) -> list[int]:
        return [token for answer in self.answers for token in answer]

    @cached_property
    def _places(self) -> list[int]:
        """For each of these tokens the state that tells how likely it is."""
        return [place for answer in self.answers for place in self._way(answer)]

    def _way(self, answer: Ids) -> list[int]:
        """The states of the prompt's last token and of the branch's tokens that an answer's tokens follow."""
        home = next((place for place, branch in enumerate(self.branches) if _begins(answer[:-1], branch)), 0)
        start = 1 + sum(map(len, self.branches[:home]))
        return [0, *range(start, start + len(answer) - 1)]


def _begins(ids: Ids, other: Ids) -> bool:
    return other[: len(ids)] == ids
