"""The cheaper dropout and the attention that uses it, against torch's own."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from crosstask.models import attention
from crosstask.models.fast_dropout import FastDropout, dropout, use_fast_dropout
from crosstask.models.transformers_gateway import load_trunk


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5])
def test_rate_and_mean_are_kept(rate: float) -> None:
    torch.manual_seed(0)
    found = dropout(torch.ones(1001, 999), rate, training=True)
    zeros = (found == 0).double().mean().item()
    assert zeros == pytest.approx(rate, abs=0.002)
    assert found.double().mean().item() == pytest.approx(1.0, abs=0.003)
    assert len(found.unique()) == 2


def test_gradient_is_that_of_the_kept_values() -> None:
    values = torch.randn(7, 11, requires_grad=True)
    found = dropout(values, 0.3, training=True)
    found.sum().backward()
    kept = found.detach() / values.detach()  # 0, or the factor that keeps the mean
    assert torch.allclose(values.grad, kept)
    assert 0 < (kept == 0).sum() < values.numel()


def test_neighbours_are_dropped_independently() -> None:
    torch.manual_seed(0)
    kept = (dropout(torch.ones(400_000), 0.5, training=True) > 0).double()
    for distance in (1, 2, 3, 4, 8):
        together = (kept[:-distance] * kept[distance:]).mean().item()
        assert together == pytest.approx(0.25, abs=0.004)


def test_nothing_is_dropped_in_evaluation_or_at_rate_zero() -> None:
    values = torch.randn(5)
    assert dropout(values, 0.5, training=False) is values
    assert dropout(values, 0.0, training=True) is values


def test_every_dropout_is_replaced_and_keeps_its_rate() -> None:
    module = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.Dropout(0.3)), nn.Dropout(0.1))
    use_fast_dropout(module)
    found = [child for child in module.modules() if isinstance(child, nn.Dropout)]
    assert [type(child) for child in found] == [FastDropout, FastDropout]
    assert [child.p for child in found] == [0.3, 0.1]


def inputs(batch: int, heads: int, positions: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    torch.manual_seed(0)
    mask = torch.ones(batch, 1, positions, positions, dtype=torch.bool)
    mask[0, :, :, positions // 2 :] = False
    query, key, value = (torch.randn(batch, heads, positions, 4, dtype=torch.float64) for _ in range(3))
    return query.requires_grad_(), key.requires_grad_(), value.requires_grad_(), mask


@pytest.mark.parametrize("piece", [1, 30, 2**20])
@pytest.mark.parametrize("masked", [True, False])
def test_attention_and_its_gradients_are_torchs_where_nothing_is_dropped(
    piece: int, masked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "_PIECE", piece)
    query, key, value, mask = inputs(2, 3, 5)
    mask = mask if masked else None
    found = attention.attend(query, key, value, mask, 0.5, 0.0).transpose(1, 2)
    expected = scaled_dot_product_attention(query, key, value, attn_mask=mask, scale=0.5)
    assert torch.allclose(found, expected)
    weights = torch.randn_like(found)
    ours, theirs = (torch.autograd.grad((result * weights).sum(), (query, key, value)) for result in (found, expected))
    assert all(torch.allclose(mine, other) for mine, other in zip(ours, theirs, strict=True))


def test_gradients_with_dropout_are_those_of_the_function() -> None:
    query, key, value, mask = inputs(2, 2, 3)

    def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        torch.manual_seed(1)  # the same weights are dropped each time
        return attention.attend(query, key, value, mask, 0.5, 0.4)

    assert torch.autograd.gradcheck(attend, (query, key, value))


def test_attention_drops_weights_and_keeps_their_mean() -> None:
    torch.manual_seed(0)
    query, key = torch.zeros(2, 1, 1, 2000, 4)
    value = torch.ones(1, 1, 2000, 4)
    found = attention.attend(query, key, value, None, 1.0, 0.5)
    assert found.std() > 0
    assert found.mean().item() == pytest.approx(1.0, abs=0.01)


def test_calls_that_attend_does_not_serve() -> None:
    module, query = nn.Identity(), torch.zeros(1, 1, 2, 2)
    mask = torch.ones(1, 1, 2, 2, dtype=torch.bool)
    assert attention.serves(module, query, query, mask, {"dropout": 0.1})
    assert not attention.serves(module, query, query, mask, {"dropout": 0.0})
    assert not attention.serves(module, query, query, mask.float(), {"dropout": 0.1})
    assert not attention.serves(module, query, query, mask, {"dropout": 0.1, "softcap": 1.0})
    module.is_causal = True
    assert not attention.serves(module, query, query, None, {"dropout": 0.1})


def test_a_trunk_in_training_drops_attention_weights(tiny_checkpoint: Path) -> None:
    trunk = load_trunk(tiny_checkpoint).train()
    for module in trunk.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    tokens = trunk.text.pad(trunk.text.encode([("a good film",), ("the food was not very good",)]))
    plain = trunk(tokens)
    for layer in trunk.encoder.encoder.layer:
        layer.attention.self.dropout.p = 0.5
    dropped = trunk(tokens)
    assert torch.equal(trunk.eval()(tokens)[tokens.mask], trunk(tokens)[tokens.mask])
    assert torch.allclose(plain[tokens.mask], trunk(tokens)[tokens.mask], atol=1e-5)
    assert not torch.allclose(dropped[tokens.mask], plain[tokens.mask], atol=1e-3)
