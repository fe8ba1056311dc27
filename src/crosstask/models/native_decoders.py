"""Head of a classifier, written as layers of a decoder's own architecture.

`AutoModelForSequenceClassification` of Llama's family takes the last token's normalised state through a linear layer
without a bias. Two more layers above the trunk's make the head's layer norm of that state s, and a constant for its
bias:

- In both, *attention* adds nothing, and the *feed-forward* part is linear: its gate is open, by a bias, to the same
  width everywhere.
- The first layer begins with the trunk's own final norm and adds s less its mean, times 2^30: the residual below it
  vanishes beside that.
- The second one's norm makes that the head's normalised vector z. The layer adds z + 1, times 2^55: of mean square 2,
  for z has mean 0 and mean square 1.
- The final norm can therefore give z + 1 back, exactly. Rows of weights with mean 0 read z in it, equal weights the 1.

Powers of two up to that size are held by float32 and bfloat16, not by float16.
"""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn

from crosstask.models.anatomy import layer_list
from crosstask.models.heads.classifier import ClassifierHead

DECODERS = ("llama",)
"""The architectures that can hold the head, by transformers' model type, with biases in their feed-forward parts."""
MORE_LAYERS = 2

_OPEN = 32.0  # silu is the identity there, to the rounding of float32
_CENTRED = 2.0**30
_WHOLE = 2.0**55


@torch.no_grad()
def write_decoder_head(model: Any, decoder: Any, head: ClassifierHead) -> None:
    """Write the head into the decoder's two last layers and the model's linear layer."""
    centre, normalise = layer_list(decoder)[1][-MORE_LAYERS:]
    width = head.linear.in_features
    identity = torch.eye(width)
    _write_linear(centre, decoder.norm.weight, (identity - 1 / width) * _CENTRED, torch.zeros(width))
    _write_linear(normalise, torch.ones(width), identity * _WHOLE, torch.full((width,), _WHOLE))
    nn.init.constant_(decoder.norm.weight, math.sqrt(2.0))
    weight, bias = head.linear.weight, head.linear.bias
    model.score.weight.copy_(weight - weight.mean(1, keepdim=True) + bias[:, None] / width)


def _write_linear(layer: Any, norm: Tensor, weight: Tensor, bias: Tensor) -> None:
    """The layer adds `weight` times its input, normalised and multiplied by `norm`, plus `bias`."""
    part, width = layer.mlp, len(norm)
    for module in (layer.self_attn.o_proj, part.gate_proj, part.up_proj, part.down_proj):
        for value in module.parameters():
            nn.init.zeros_(value)
    layer.post_attention_layernorm.weight.copy_(norm)
    nn.init.constant_(part.gate_proj.bias, _OPEN)
    part.up_proj.weight[:width] = torch.eye(width)
    part.down_proj.weight[:, :width] = weight / _OPEN
    part.down_proj.bias.copy_(bias)
