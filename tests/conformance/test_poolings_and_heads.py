"""The contracts of poolings and heads, for every registered one."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from crosstask.models.head import HEADS, Head, build_head
from crosstask.models.pooling import POOLINGS
from crosstask.models.tokens import Tokens

WIDTH = 8
OPTIONS: dict[str, dict[str, Any]] = {
    "answers": {"answers": [[1], [2], [5]]},
    "classifier": {"width": WIDTH, "labels": 3, "pooling": "attention", "dropout": 0.1},
    "language": {},
    "per_token": {"width": WIDTH, "outputs": 3, "dropout": 0.1},
    "pooled": {"width": WIDTH, "pooling": "attention"},
}
"""What each head needs to be made. A new head adds its own."""
DECODER = SimpleNamespace(logits=torch.nn.Linear(WIDTH, 7))
"""What a head may read of a trunk."""


def states() -> tuple[torch.Tensor, torch.Tensor]:
    """States [3, 5, width] and a mask under which rows have 5, 3 and 1 tokens."""
    draw = torch.Generator().manual_seed(0)
    mask = torch.arange(5)[None] < torch.tensor([5, 3, 1])[:, None]
    return torch.randn(3, 5, WIDTH, generator=draw), mask


def outputs(head: Head, given: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """What a head makes of states, whatever the tokens; of one vector a token, their sum over real tokens."""
    found = head(given, Tokens(mask.long(), mask), DECODER)
    if head.reads_vocabulary:
        return torch.stack([row.sum(0) for row in found.split(mask.sum(1).tolist())])
    return (found * mask[..., None]).sum(1) if found.ndim == 3 else found


def assert_padding_does_not_matter(module: Callable[[torch.Tensor, torch.Tensor], torch.Tensor]) -> None:
    given, mask = states()
    noisy = torch.where(mask[..., None], given, torch.full_like(given, 1e3))
    torch.testing.assert_close(module(noisy, mask), module(given, mask))
    torch.testing.assert_close(module(given[1:2, :3], mask[1:2, :3]), module(given, mask)[1:2])


@pytest.mark.parametrize("name", POOLINGS.names())
def test_a_pooling_minds_the_mask_and_gives_a_vector_a_text(name: str):
    pooling = POOLINGS.make(name)
    assert POOLINGS.make(pooling.config()) == pooling
    pooler = pooling.build(WIDTH)
    for weight in pooler.parameters():
        torch.nn.init.normal_(weight)
    assert pooler(*states()).shape == (3, WIDTH)
    assert_padding_does_not_matter(pooler)
    given, mask = states()
    torch.testing.assert_close(pooler(given, mask)[2], given[2, 0])


@pytest.mark.parametrize("name", POOLINGS.names())
def test_the_query_of_a_pooling_is_its_attention(name: str):
    pooler = POOLINGS.make(name).build(WIDTH)
    for weight in pooler.parameters():
        torch.nn.init.normal_(weight)
    query = pooler.query()
    given, mask = states()
    expected = given[:, 0] if pooler.takes_first else given[torch.arange(3), mask.sum(1) - 1]
    if query is not None:
        scores = (given @ query).masked_fill(~mask, float("-inf")).softmax(1)
        expected = (scores[..., None] * given).sum(1)
    torch.testing.assert_close(pooler(given, mask), expected)


@pytest.mark.parametrize("name", HEADS.names())
def test_a_head_is_rebuilt_from_its_config_with_its_weights(name: str):
    head = HEADS.make({"name": name, **OPTIONS[name]}).build().eval()
    again = build_head(json.loads(json.dumps(head.config))).eval()
    again.load_state_dict(head.state_dict())
    assert again.config == head.config
    assert torch.equal(outputs(again, *states()), outputs(head, *states()))


@pytest.mark.parametrize("name", HEADS.names())
def test_a_head_minds_the_mask(name: str):
    head = HEADS.make({"name": name, **OPTIONS[name]}).build().eval()
    assert len(outputs(head, *states())) == 3
    assert_padding_does_not_matter(lambda given, mask: outputs(head, given, mask))
