"""The parts of any encoder, found by structure and not by model name."""

from __future__ import annotations

import itertools
from typing import Any, cast

import torch
from torch import nn

_ROUNDING = 1e-5  # of a state's largest value


def layer_list(encoder: nn.Module) -> tuple[str, nn.ModuleList]:
    """The encoder's layers, lowest first, and their name: the list of modules that holds the most parameters."""
    lists = {name: module for name, module in encoder.named_modules() if isinstance(module, nn.ModuleList)}
    name = max(lists, key=lambda name: sum(weight.numel() for weight in lists[name].parameters()))
    return name, lists[name]


def below_layers(encoder: nn.Module) -> list[nn.Parameter]:
    """The parameters of the embeddings: those that stand before the first layer's."""
    first = next(layer_list(encoder)[1].parameters())
    return list(itertools.takewhile(lambda weight: weight is not first, encoder.parameters()))


def position_offset(encoder: nn.Module) -> int:
    """How many rows of the position table stand for no position: RoBERTa's family counts from its padding index + 1.

    Such encoders find the positions from the token ids themselves, whatever the padding.
    """
    for name, module in encoder.named_modules():
        if name.endswith("position_embeddings") and getattr(module, "padding_idx", None) is not None:
            return int(module.padding_idx) + 1
    return 0


@torch.no_grad()
def reads_left_to_right(encoder: nn.Module, padding: int) -> bool:
    """Whether a token's state knows nothing of the tokens behind it; to be asked in evaluation mode.

    The encoder itself shows it, on two texts that differ behind their first token. What configs say of it has another
    name in every family, and some decoders were made to read both ways without another name.
    """
    first, *others = [token for token in range(4) if token != padding]
    ids = torch.tensor([[first, other, other] for other in others], device=next(encoder.parameters()).device)
    states = cast(Any, encoder)(input_ids=ids, attention_mask=torch.ones_like(ids)).last_hidden_state[:, 0]
    return bool((states[0] - states[1]).abs().max() <= _ROUNDING * states.abs().max())
