"""The LM head of a decoder: logits as the checkpoint's own model computes them from its encoder's states."""

from __future__ import annotations

import copy
from typing import Any, cast

import torch
from torch import Tensor, nn


class LmHead(nn.Module):
    """States [batch, position, width] to logits [batch, position, vocabulary].

    Models scale their logits, cap them, or have more layers before them, each under names of its own. So the model's
    own forward is run, on states that are given where its encoder would stand. The weights are those of the model.
    """

    def __init__(self, whole: nn.Module) -> None:
        super().__init__()
        place, encoder = next((name, part) for name, part in whole.named_children() if part is _encoder(whole))
        self.model = copy.copy(whole)
        self.model.__dict__["_modules"] = {**whole._modules, place: _Given(encoder)}

    def forward(self, states: Tensor) -> Tensor:
        """The logits of the token after each."""
        logits: Tensor = self.model(inputs_embeds=states, use_cache=False).logits
        return logits

    @torch.no_grad()
    def fits(self, whole: nn.Module) -> bool:
        """Whether these are the logits of the model that it was made of, in evaluation mode: no step is left out."""
        ids = torch.arange(1, 4, device=next(whole.parameters()).device)[None]
        seen = torch.ones_like(ids)
        expected = cast(Any, whole)(input_ids=ids, attention_mask=seen).logits
        try:
            found = self(_encoder(whole)(input_ids=ids, attention_mask=seen).last_hidden_state)
        except (AttributeError, TypeError, ValueError, RuntimeError):  # its forward asks more of its encoder
            return False
        return found.shape == expected.shape and torch.allclose(found, expected, atol=1e-4, rtol=1e-4)


class _Given(nn.Module):
    """Stands for an encoder: its states are what it is given.

    So it is with its parts, for some models ask those. All else that is asked of it is the encoder's own.
    """

    def __init__(self, encoder: nn.Module) -> None:
        super().__init__()
        self.__dict__["encoder"] = encoder  # its weights are not this module's

    def forward(self, *_: Any, inputs_embeds: Tensor, **__: Any) -> _Read:
        return _Read([inputs_embeds])

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.__dict__["encoder"], name)
        return _Given(found) if isinstance(found, nn.Module) else found


class _Read(tuple[Tensor, ...]):
    """What an encoder gives back, its states alone; of caches, attentions and routers there is None."""

    __slots__ = ()

    @property
    def last_hidden_state(self) -> Tensor:
        return self[0]

    def __getattr__(self, name: str) -> None:
        return None


def _encoder(whole: nn.Module) -> Any:
    return cast(Any, whole).base_model
