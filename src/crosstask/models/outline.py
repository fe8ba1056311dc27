"""A model's outline: its modules and the shapes of its weights, without their values."""

from __future__ import annotations

import copy
from typing import TypeVar

import torch
from torch import nn

Model = TypeVar("Model", bound=nn.Module)


def outline(model: Model) -> Model:
    """A copy whose parameters stand on torch's meta device, where they take no memory."""
    bare = {
        id(weight): nn.Parameter(torch.empty_like(weight, device="meta"), weight.requires_grad)
        for weight in model.parameters()
    }
    return copy.deepcopy(model, bare)
