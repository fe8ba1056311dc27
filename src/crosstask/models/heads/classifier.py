"""Classification: pooled states, normalised, through one linear layer."""

from __future__ import annotations

from typing import Any

from pydantic import Field
from torch import Tensor, nn

from crosstask.models.fast_dropout import FastDropout
from crosstask.models.head import Head, HeadConfig
from crosstask.models.pooling import POOLINGS
from crosstask.models.tokens import Tokens
from crosstask.models.trunk import Trunk

_EPSILON = 1e-12
_SPREAD = 0.02


class Classifier(HeadConfig):
    """What a `ClassifierHead` is made of."""

    width: int = Field(gt=0)
    labels: int = Field(gt=0)
    pooling: str
    dropout: float = Field(ge=0, lt=1)

    def build(self) -> ClassifierHead:
        """The head, freshly initialised."""
        return ClassifierHead(self.width, self.labels, self.pooling, self.dropout)


class ClassifierHead(Head):
    """Logits of `labels` classes: pool, layer norm, dropout, one linear layer.

    The norm has no parameters of its own: it gives every text a vector of one length, as sentence encoders compare
    them, and it lets the head be written as layers of the trunk's own architecture (see `models/export.py`).
    The linear layer starts from a normal distribution of deviation 0.02, its bias from zero.
    """

    def __init__(self, width: int, labels: int, pooling: str = "mean", dropout: float = 0.1) -> None:
        super().__init__()
        self._config = Classifier(width=width, labels=labels, pooling=pooling, dropout=dropout)
        self.pooler = POOLINGS.make(pooling).build(width)
        self.norm = nn.LayerNorm(width, eps=_EPSILON, elementwise_affine=False)
        self.dropout = FastDropout(dropout)
        self.linear = nn.Linear(width, labels)
        nn.init.normal_(self.linear.weight, std=_SPREAD)
        nn.init.zeros_(self.linear.bias)

    @property
    def config(self) -> dict[str, Any]:
        """Name, width, labels, pooling and dropout."""
        return self._config.config()

    def forward(self, states: Tensor, tokens: Tokens, trunk: Trunk) -> Tensor:
        """Logits [batch, labels]."""
        logits: Tensor = self.linear(self.dropout(self.norm(self.pooler(states, tokens.mask))))
        return logits
