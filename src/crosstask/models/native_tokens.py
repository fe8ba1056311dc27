"""A head on single tokens in the terms of transformers' own classes for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import nn

from crosstask.errors import BundleError
from crosstask.models.heads.per_token import PerTokenHead
from crosstask.models.transformers_exports import around_trunk
from crosstask.models.trunk import Trunk


@torch.no_grad()
def native_tokens(trunk: Trunk, head: PerTokenHead, opened_by: str, labels: Sequence[str]) -> nn.Module:
    """A model of the class `opened_by`, whose linear layer on each token's state is the head's.

    BundleError where the trunk's architecture has no such class, or one with more between states and outputs.
    """
    model = around_trunk(trunk, opened_by, labels)
    own = None if model is None else _only_layer(model)
    if own is None:
        message = f"transformers' {opened_by} of a '{trunk.config['model_type']}' trunk cannot hold the head"
        raise BundleError(message, mend="Use a trunk such as bert, roberta, llama or gpt2.")
    own.weight.copy_(head.linear.weight)
    own.bias.copy_(head.linear.bias)
    return cast(nn.Module, model)


def _only_layer(model: Any) -> nn.Linear | None:
    """The one layer with weights that a model has around its encoder; None where there are others."""
    inside = set(model.base_model.modules())
    around = [module for module in model.modules() if module not in inside and [*module.parameters(recurse=False)]]
    only = around[0] if len(around) == 1 else None
    return only if isinstance(only, nn.Linear) and only.bias is not None else None
