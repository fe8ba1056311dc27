"""Heads by task name, and what trains."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from crosstask.errors import ConfigError, NotFound
from crosstask.models.head import build_head
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.model import MultiTaskModel
from crosstask.models.safe_name import name_of, safe_name
from crosstask.models.tokens import Tokens
from crosstask.models.trunk import Trunk

NAMES = ["sample:tweets-airlines", "a.b", "../../etc/passwd", "keys", "type", "影评", "a/b", "A", "a"]


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_safe_names_are_safe_and_reversible(name: str) -> None:
    safe = safe_name(name)
    assert name_of(safe) == name
    assert safe.isascii()
    assert not set(safe) & set('./\\:*?"<>| ')
    nn.ModuleDict({safe: nn.Identity()})


def test_a_task_may_have_any_name(tiny_trunk: Callable[..., Trunk]) -> None:
    trunk = tiny_trunk()
    model = MultiTaskModel(trunk, {name: ClassifierHead(32, 2 + at) for at, name in enumerate(NAMES)})
    tokens = trunk.text.pad(trunk.text.encode([("a good film",)]))
    assert model.tasks == tuple(NAMES)
    for at, name in enumerate(NAMES):
        assert model(name, tokens).shape == (1, 2 + at)


def test_a_head_is_rebuilt_from_its_config() -> None:
    head = ClassifierHead(8, 3, "attention", dropout=0.2)
    assert head.config == {
        "name": "classifier",
        "width": 8,
        "labels": 3,
        "pooling": "attention",
        "dropout": 0.2,
    }
    again = build_head(head.config)
    again.load_state_dict(head.state_dict())
    assert again.config == head.config


def test_a_wrong_head_fails_when_it_is_made() -> None:
    with pytest.raises(NotFound, match="no pooling is called 'median'"):
        ClassifierHead(8, 3, "median")
    with pytest.raises(ConfigError, match="less than 1"):
        build_head({"name": "classifier", "width": 8, "labels": 3, "pooling": "mean", "dropout": 2})


def test_attention_starts_as_the_mean() -> None:
    states, mask = torch.randn(2, 5, 8), torch.arange(5) < torch.tensor([[5], [3]])
    heads = [ClassifierHead(8, 3, pooling).eval() for pooling in ("mean", "attention")]
    heads[1].load_state_dict(heads[0].state_dict(), strict=False)
    torch.testing.assert_close(*(head(states, Tokens(mask.long(), mask), None) for head in heads))


def test_logits_do_not_see_the_scale_of_the_states() -> None:
    head, states, ids = ClassifierHead(8, 3).eval(), torch.randn(2, 5, 8), torch.ones(2, 5, dtype=torch.int64)
    tokens = Tokens(ids, ids.bool())
    torch.testing.assert_close(head(states, tokens, None), head(states * 1000, tokens, None))


def test_what_is_frozen_has_no_dropout(tiny_trunk: Callable[..., Trunk]) -> None:
    model = MultiTaskModel(tiny_trunk(), {"t": ClassifierHead(32, 2)})
    model.trunk.encoder.encoder.layer[0].requires_grad_(False)
    model.train()
    lower, upper = model.trunk.encoder.encoder.layer
    assert not any(module.training for module in lower.modules())
    assert all(module.training for module in upper.modules())
    assert model.head("t").dropout.training
    model.eval()
    assert not any(module.training for module in model.modules())
    model.requires_grad_(True).train()
    assert all(module.training for module in model.modules())
