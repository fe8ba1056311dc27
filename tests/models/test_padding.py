"""Results do not depend on the padding, for any encoder and any pooling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from tiny_checkpoints import CONFIGS
from torch.nn.functional import pad

from crosstask.models.model import MultiTaskModel
from crosstask.models.poolings.mean import Mean
from crosstask.models.tokens import Tokens

TEXTS = [("a good film",), ("it was not very good and I hated this",), ("bad",)]


def wider(tokens: Tokens, pad_id: int, side: str) -> Tokens:
    """The same rows with five more columns of padding."""
    columns = (5, 0) if side == "left" else (0, 5)
    types = None if tokens.type_ids is None else pad(tokens.type_ids, columns)
    return Tokens(pad(tokens.ids, columns, value=pad_id), pad(tokens.mask, columns), types)


@pytest.mark.parametrize("pooling", ["mean", "cls", "attention"])
@pytest.mark.parametrize("kind", CONFIGS)
@torch.inference_mode()
def test_logits_are_those_of_the_text_alone(kind: str, pooling: str, tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model(kind, pooling)
    encodings = model.trunk.text.encode(TEXTS)
    alone = torch.cat([model("t", model.trunk.text.pad([encoding])) for encoding in encodings])
    assert alone.std(0).max() > 1e-3  # the texts can be told apart
    for side in ("right", "left"):
        model = tiny_model(kind, pooling)
        model.trunk.text = replace(model.trunk.text, padding_side=side)
        tokens = model.trunk.text.pad(encodings)
        for padded in (tokens, wider(tokens, model.trunk.text.pad_id, side)):
            torch.testing.assert_close(model("t", padded), alone, atol=1e-5, rtol=1e-5)


@torch.inference_mode()
def test_mean_is_over_real_tokens_alone() -> None:
    states = torch.tensor([[[1.0], [3.0], [100.0]]])
    mask = torch.tensor([[True, True, False]])
    assert Mean().build(1)(states, mask).item() == 2.0


def test_cls_is_the_first_real_token(tiny_model: Callable[..., MultiTaskModel]) -> None:
    pooler = tiny_model("bert", "cls").head("t").pooler
    states = torch.arange(6.0).reshape(2, 3, 1)
    mask = torch.tensor([[False, True, True], [True, True, False]])
    assert pooler(states, mask).flatten().tolist() == [1.0, 3.0]
