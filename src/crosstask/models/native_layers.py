"""Pooling and head of a classifier, written as layers of the trunk's own architecture.

`AutoModelForSequenceClassification` of BERT's family reads the first token's state through a dense layer, an activation
and a linear layer. One more encoder layer above the trunk's can do the pooling exactly:

- *Attention* with zero queries and keys weighs all real tokens alike, so with the identity as value matrix every
  position receives the mean of the states. With the pooling's vector in one row of each head's keys it receives the
  attention-weighted mean instead.
- The *residual* is made to vanish: the layer below is scaled down and the attention's output up, by powers of two and
  2^25 between them, so the token's own state is below the rounding of float32 beside the pooled one. The layer norm
  that follows does not see scale: it yields the normalised pooled vector, which is what the head's norm yields.
- The *feed-forward* part is zero, and the second norm of a normalised vector changes nothing.

The dense layer is then passed by: near zero tanh is the identity; and f(z) - f(-z) = z for relu and gelu.
The factors are chosen such that half precision holds them too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from crosstask.models.anatomy import layer_list
from crosstask.models.heads.classifier import ClassifierHead

_SHRINK = 2.0**-14
_GAIN = 2.0**11
_TANH = 2.0**-14


@dataclass(frozen=True)
class Native:
    """Where an architecture keeps the modules of its classifier (below the model) and of a layer (below the layer)."""

    dense: str
    out: str
    activation: str
    query: str = "attention.self.query"
    key: str = "attention.self.key"
    value: str = "attention.self.value"
    attended: str = "attention.output.dense"
    attended_norm: str = "attention.output.LayerNorm"
    narrow: str = "output.dense"
    norm: str = "output.LayerNorm"


_ROBERTA = Native("classifier.dense", "classifier.out_proj", "tanh")
NATIVES = {
    "bert": Native("bert.pooler.dense", "classifier", "tanh"),
    "roberta": _ROBERTA,
    "xlm-roberta": _ROBERTA,
    "camembert": _ROBERTA,
    "electra": Native("classifier.dense", "classifier.out_proj", "gelu"),
    "distilbert": Native(
        "pre_classifier",
        "classifier",
        "relu",
        query="attention.q_lin",
        key="attention.k_lin",
        value="attention.v_lin",
        attended="attention.out_lin",
        attended_norm="sa_layer_norm",
        narrow="ffn.lin2",
        norm="output_layer_norm",
    ),
}
"""The architectures that can hold the head, by transformers' model type; all have their norms after the residual."""


def most_labels(native: Native, width: int) -> int | None:
    """How many labels the native classifier has room for; None where any number."""
    return None if native.activation == "tanh" else width // 2


@torch.no_grad()
def write_head(model: nn.Module, encoder: nn.Module, head: ClassifierHead, native: Native) -> None:
    """Write the head's pooling into the encoder's last layer, and its linear layer into the model."""
    below, layer = layer_list(encoder)[1][-2:]
    query = head.pooler.query()
    _scale_norm(_linear(below, native.norm), _GAIN if query is None else _SHRINK)
    heads = int(cast(Any, encoder).config.num_attention_heads)
    _write_attention(layer, native, query, heads, head.norm.normalized_shape[0])
    _zero(_linear(layer, native.narrow))
    for norm in (_linear(layer, native.attended_norm), _linear(layer, native.norm)):
        nn.init.zeros_(norm.bias)
        nn.init.constant_(norm.weight, math.sqrt(1 + norm.eps))
    dense, out = _linear(model, native.dense), _linear(model, native.out)
    write = _write_through_tanh if native.activation == "tanh" else _write_both_signs
    write(dense, out, head.linear.weight, head.linear.bias)


def _write_attention(layer: nn.Module, native: Native, query: Tensor | None, heads: int, width: int) -> None:
    """Every position gets `_GAIN` times the mean state, weighed by `query`; nothing where it is None."""
    modules = [_linear(layer, name) for name in (native.query, native.key, native.value, native.attended)]
    for module in modules:
        _zero(module)
    if query is None:
        return
    queries, keys, values, attended = modules
    size = width // heads
    queries.bias[::size] = math.sqrt(size)  # undoes the scaling of the scores
    keys.weight[::size] = query / _SHRINK
    values.weight.copy_(torch.eye(width) / _SHRINK)
    attended.weight.copy_(torch.eye(width) * _GAIN)


def _write_through_tanh(dense: Any, out: Any, weight: Tensor, bias: Tensor) -> None:
    """tanh(e x) is e x to the rounding of float32 for a normalised x."""
    _zero(dense)
    dense.weight.copy_(torch.eye(weight.shape[1]) * _TANH)
    out.weight.copy_(weight / _TANH)
    out.bias.copy_(bias)


def _write_both_signs(dense: Any, out: Any, weight: Tensor, bias: Tensor) -> None:
    """The dense layer yields the logits and their negatives, the linear layer the difference of their activations."""
    labels = len(bias)
    for module in (dense, out):
        _zero(module)
    dense.weight[: 2 * labels] = torch.cat([weight, -weight])
    dense.bias[: 2 * labels] = torch.cat([bias, -bias])
    out.weight[:, : 2 * labels] = torch.cat([torch.eye(labels), -torch.eye(labels)], dim=1)


def _scale_norm(norm: Any, factor: float) -> None:
    norm.weight.mul_(factor)
    norm.bias.mul_(factor)


def _zero(module: Any) -> None:
    nn.init.zeros_(module.weight)
    nn.init.zeros_(module.bias)


def _linear(parent: nn.Module, name: str) -> Any:
    return parent.get_submodule(name)
