"""The linear layers of an encoder, those of its attention apart, found by structure and not by model name."""

from __future__ import annotations

from torch import nn

from crosstask.models.anatomy import layer_list

_LINEAR = ("Linear", "Conv1D")  # GPT-2's family calls a linear layer with transposed weights so


def linear_layers(encoder: nn.Module) -> list[str]:
    """The names of all linear layers in the encoder's layers, lowest first."""
    name, layers = layer_list(encoder)
    return [f"{name}.{below}" for below in _linear(layers)]


def attention_layers(encoder: nn.Module) -> list[str]:
    """The names of the linear layers of attention, lowest first.

    A layer's first part that holds linear layers is its attention: the feed-forward part follows it everywhere.
    """
    name, layers = layer_list(encoder)
    found = []
    for number, layer in enumerate(layers):
        path, attention = _first_part(layer)
        found += [".".join(filter(None, (name, str(number), path, below))) for below in _linear(attention)]
    return found


def _first_part(layer: nn.Module) -> tuple[str, nn.Module]:
    """The first of a layer's parts that hold linear layers, and its name; wrappers around a single part are opened."""
    parts = [(name, part) for name, part in layer.named_children() if _linear(part)]
    name, first = parts[0]
    if len(parts) > 1:
        return name, first
    below, found = _first_part(first)
    return f"{name}.{below}", found


def _linear(module: nn.Module) -> list[str]:
    return [name for name, part in module.named_modules() if type(part).__name__ in _LINEAR]
