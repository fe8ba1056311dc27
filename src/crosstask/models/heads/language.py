"""The trunk's own LM head: logits over the vocabulary, for the tokens that are wanted."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor

from crosstask.models.head import Head, HeadConfig
from crosstask.models.tokens import Tokens
from crosstask.models.trunk import Trunk


class Language(HeadConfig):
    """What a `LanguageHead` is made of: nothing of its own."""

    def build(self) -> LanguageHead:
        """The head."""
        return LanguageHead()


class LanguageHead(Head):
    """Logits of the next token after each wanted one, by the trunk's LM head.

    A vocabulary is far wider than a state, so only the wanted states of a batch are taken through it.
    """

    reads_vocabulary: ClassVar[bool] = True

    @property
    def config(self) -> dict[str, Any]:
        """The name alone."""
        return Language().config()

    def forward(self, states: Tensor, tokens: Tokens, trunk: Trunk) -> Tensor:
        """Logits [wanted tokens, vocabulary], row after row."""
        wanted = tokens.mask if tokens.wanted is None else tokens.wanted
        return trunk.logits(states[wanted])
