"""Each label is an answer of a few tokens: how likely the trunk's LM head finds it, and a number for each label."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from pydantic import Field
from torch import Tensor, nn

from crosstask.models.answer_paths import AnswerPaths
from crosstask.models.head import Head, HeadConfig
from crosstask.models.tokens import Tokens
from crosstask.models.trunk import Trunk


class Answers(HeadConfig):
    """What an `AnswersHead` is made of: the tokens of each label's answer."""

    answers: tuple[tuple[int, ...], ...] = Field(min_length=1)

    def build(self) -> AnswersHead:
        """The head, its bias zero."""
        return AnswersHead(AnswerPaths(self.answers))


class AnswersHead(Head):
    """Log-likelihood of each answer by the trunk's LM head, plus `bias` [labels]."""

    reads_vocabulary: ClassVar[bool] = True

    def __init__(self, paths: AnswerPaths) -> None:
        super().__init__()
        self.paths = paths
        self.bias = nn.Parameter(torch.zeros(len(paths.answers)))

    @property
    def config(self) -> dict[str, Any]:
        """Name and answers."""
        return Answers(answers=self.paths.answers).config()

    def forward(self, states: Tensor, tokens: Tokens, trunk: Trunk) -> Tensor:
        """Scores [row, label]; the wanted tokens are the last of a row's prompt and those of its branches."""
        wanted = tokens.mask if tokens.wanted is None else tokens.wanted
        return self.paths.likelihoods(trunk.logits(states[wanted])) + self.bias
