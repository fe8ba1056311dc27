"""One output vector a token: a linear layer on each token's state."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from torch import Tensor, nn

from crosstask.models.fast_dropout import FastDropout
from crosstask.models.head import Head, HeadConfig
from crosstask.models.tokens import Tokens
from crosstask.models.trunk import Trunk

_SPREAD = 0.02


class PerToken(HeadConfig):
    """What a `PerTokenHead` is made of."""

    width: int = Field(gt=0)
    outputs: int = Field(gt=0)
    dropout: float = Field(ge=0, lt=1)

    def build(self) -> PerTokenHead:
        """The head, freshly initialised."""
        return PerTokenHead(self.width, self.outputs, self.dropout)


class PerTokenHead(Head):
    """Logits of each token: dropout, one linear layer; what transformers' own token classifiers are."""

    def __init__(self, width: int, outputs: int, dropout: float = 0.1) -> None:
        super().__init__()
        self._config = PerToken(width=width, outputs=outputs, dropout=dropout)
        self.dropout = FastDropout(dropout)
        self.linear = nn.Linear(width, outputs)
        nn.init.normal_(self.linear.weight, std=_SPREAD)
        nn.init.zeros_(self.linear.bias)

    @property
    def config(self) -> dict[str, Any]:
        """Name, width, outputs and dropout."""
        return self._config.config()

    def forward(self, states: Tensor, tokens: Tokens, trunk: Trunk) -> Tensor:
        """Logits [batch, position, outputs]; those at padding mean nothing."""
        logits: Tensor = self.linear(self.dropout(states))
        return logits
