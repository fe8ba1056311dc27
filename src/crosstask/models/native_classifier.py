"""A classifier head in the terms of `AutoModelForSequenceClassification`."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, cast

import torch
from torch import nn

from crosstask.errors import BundleError
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.native_decoders import DECODERS, MORE_LAYERS, write_decoder_head
from crosstask.models.native_layers import NATIVES, most_labels, write_head
from crosstask.models.transformers_exports import around_trunk
from crosstask.models.trunk import Trunk

CLASSIFIER = "AutoModelForSequenceClassification"


def native_classifier(trunk: Trunk, head: ClassifierHead, labels: Sequence[str], **config: Any) -> nn.Module:
    """The trunk's own classifier with the head written into it; BundleError where it cannot hold the head."""
    kind = trunk.config["model_type"]
    if kind in DECODERS:
        _require_token(head, kind, first=False)
        model: Any = around_trunk(
            trunk, CLASSIFIER, labels, MORE_LAYERS, mlp_bias=True, pad_token_id=trunk.text.pad_id, **config
        )
        write_decoder_head(model, model.base_model, head)
        return cast(nn.Module, model)
    if kind not in NATIVES:
        message = f"transformers' own classifier of a '{kind}' trunk cannot hold the head"
        raise BundleError(message, mend=f"Use a trunk of one of these: {', '.join(sorted([*NATIVES, *DECODERS]))}.")
    _require_token(head, kind, first=True)
    _require_room(head, kind)
    model = around_trunk(trunk, CLASSIFIER, labels, 1, **config)
    write_head(model, model.base_model, head, NATIVES[kind])
    return cast(nn.Module, model)


@torch.no_grad()
def rescaled(head: ClassifierHead, scale: float, shift: float = 0.0) -> ClassifierHead:
    """A copy of the head whose outputs are multiplied by `scale`, with `shift` added."""
    head = copy.deepcopy(head)
    head.linear.weight.mul_(scale)
    head.linear.bias.mul_(scale).add_(shift)
    return head


def _require_token(head: ClassifierHead, kind: str, *, first: bool) -> None:
    """Refuse a pooling other than those that a classifier can do which reads the first token, or the last."""
    pooler = head.pooler
    if first and (pooler.takes_first or pooler.query() is not None):
        return
    if not first and pooler.query() is None and not pooler.takes_first:
        return
    message = f"transformers' own classifier of a '{kind}' trunk cannot pool as the head does"
    raise BundleError(message, mend=f"Train with --objective head:pooling={'mean' if first else 'last'}.")


def _require_room(head: ClassifierHead, kind: str) -> None:
    most, labels = most_labels(NATIVES[kind], head.linear.in_features), head.linear.out_features
    if most is not None and labels > most:
        message = f"transformers' own classifier of this '{kind}' trunk holds {most} labels, and there are {labels}"
        raise BundleError(message, mend="Use a trunk of the type bert or roberta.")
