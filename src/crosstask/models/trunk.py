"""The trunk: a pretrained transformer that turns tokens into states."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cached_property
from typing import Any, cast

from torch import Tensor, nn

from crosstask.errors import ConfigError
from crosstask.models.anatomy import position_offset, reads_left_to_right
from crosstask.models.content_hash import content_hash
from crosstask.models.lm_head import LmHead
from crosstask.models.text_encoder import TextEncoder
from crosstask.models.tokens import Tokens


class Trunk(nn.Module):
    """A Hugging Face encoder or decoder with its text encoder; `transformers_gateway.load_trunk` makes one.

    `width` is the length of a state, `config` the encoder's config as plain values. `label_names` are the labels that
    the checkpoint itself was trained on, None where it names none. Of a language model `whole` is the checkpoint's own
    model around the `encoder`, and `lm_head` what that makes of states: logits over the vocabulary.
    """

    lm_head: LmHead | None
    whole: nn.Module

    def __init__(
        self,
        encoder: nn.Module,
        text: TextEncoder,
        width: int,
        *,
        name: str,
        config: Mapping[str, Any],
        label_names: tuple[str, ...] | None = None,
        whole: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.lm_head = None if whole is None else LmHead(whole)
        self.__dict__["whole"] = encoder if whole is None else whole  # its parts are registered already
        self.text = text
        self.width = width
        self.name = name
        self.config = config
        self.label_names = label_names

    @property
    def content_hash(self) -> str:
        """sha256 over the `facts` and all weights as they are now, those of an LM head of its own too."""
        return content_hash(self.whole, self.facts)

    @property
    def facts(self) -> list[Any]:
        """What is decided beside the weights, in plain values: config, maximum length, end tokens, chat template."""
        return [self.config, self.text.max_length, self.text.ends, self.text.chat_template]

    def forward(self, tokens: Tokens) -> Tensor:
        """States [batch, position, width]; those at padding mean nothing."""
        inputs: dict[str, Any] = {"input_ids": tokens.ids, "attention_mask": tokens.mask.long()}
        if tokens.type_ids is not None:
            inputs["token_type_ids"] = tokens.type_ids
        if self._needs_positions:
            inputs["position_ids"] = (tokens.mask.long().cumsum(1) - 1).clamp_min(0)
        if "use_cache" in self._arguments:
            inputs["use_cache"] = False
        states: Tensor = self.encoder(**inputs).last_hidden_state
        return states

    def logits(self, states: Tensor) -> Tensor:
        """Logits [row, vocabulary] of the token after each of a language model's states [row, width]."""
        logits: Tensor = cast(LmHead, self.lm_head)(states[None])[0]
        return logits

    @property
    def generates(self) -> bool:
        """Whether it can write: it is a decoder with its LM head."""
        return self.lm_head is not None

    @cached_property
    def tells_logits(self) -> bool:
        """Whether `logits` are those of the checkpoint's own model; asked in evaluation mode."""
        return self.lm_head is not None and self.lm_head.fits(self.whole)

    @cached_property
    def causal(self) -> bool:
        """Whether it reads from left to right, as decoders do, with an LM head or without; asked in evaluation mode."""
        return reads_left_to_right(self.encoder, self.text.pad_id)

    @cached_property
    def _needs_positions(self) -> bool:
        """Left padding moves the texts; encoders that count positions from the first column must be told so."""
        countable = "position_ids" in self._arguments and position_offset(self.encoder) == 0
        return self.text.padding_side == "left" and countable

    @cached_property
    def _arguments(self) -> frozenset[str]:
        """What the encoder's forward may be told."""
        return frozenset(inspect.signature(self.encoder.forward).parameters)


def require_language_model(trunk: Trunk) -> None:
    """ConfigError where a trunk has no LM head, or one that its states alone do not tell the logits of."""
    mend = "Name a decoder such as starter:llm."
    if trunk.lm_head is None:
        raise ConfigError(f"'{trunk.name}' is no language model: it has no LM head", field="model", mend=mend)
    if not trunk.tells_logits:
        message = f"the LM head of '{trunk.name}' reads more than the states of its tokens"
        raise ConfigError(message, field="model", mend=mend)
