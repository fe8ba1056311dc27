"""Training only the used rows of the word embeddings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoints import save_checkpoint, word_tokenizer
from torch import Tensor
from torch.nn.functional import cross_entropy

from crosstask.models.compact import CompactEmbedding, compact_vocabulary
from crosstask.models.model import MultiTaskModel
from crosstask.models.tokens import Tokens
from crosstask.models.transformers_gateway import load_trunk

TEXTS = [("a good film",), ("not good",), ("bad",)]
TARGETS = torch.tensor([0, 2, 1])


def batch(model: MultiTaskModel) -> tuple[Tokens, list[np.ndarray]]:
    """A padded batch of the texts, and the ids that each text uses."""
    encodings = model.trunk.text.encode(TEXTS)
    return model.trunk.text.pad(encodings), [np.array(encoding.ids) for encoding in encodings]


def train(model: MultiTaskModel, tokens: Tokens) -> None:
    """Five steps of AdamW with clipping, in evaluation mode for want of equal dropout."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.0, fused=True)
    for _ in range(5):
        optimizer.zero_grad()
        cross_entropy(model("t", tokens), TARGETS).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimizer.step()


def table(model: MultiTaskModel) -> Tensor:
    return model.trunk.encoder.get_input_embeddings().weight


@pytest.mark.parametrize("kind", ["bert", "roberta", "modernbert", "distilbert", "electra"])
def test_it_trains_as_the_full_table_does(kind: str, tiny_model: Callable[..., MultiTaskModel]) -> None:
    plain, compact = tiny_model(kind), tiny_model(kind)
    start = table(plain).detach().clone()
    tokens, used = batch(plain)
    train(plain, tokens)
    with compact_vocabulary(compact.trunk, used):
        assert len(table(compact)) == 8  # the six words and special tokens of the texts, padding, and end
        train(compact, tokens)
    for (name, one), (_, other) in zip(plain.named_parameters(), compact.named_parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=0, msg=name)
    seen = np.unique(np.concatenate(used))
    unseen = np.setdiff1d(np.arange(len(start)), seen)
    assert torch.equal(table(compact)[unseen], start[unseen])
    assert (table(compact)[seen] != start[seen]).any(1).all()


def test_names_and_what_trains_stay_the_same(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    names = [name for name, _ in model.named_parameters()]
    table(model).requires_grad_(False)
    with compact_vocabulary(model.trunk, batch(model)[1]):
        assert [name for name, _ in model.named_parameters()] == names
        assert not table(model).requires_grad
        table(model).requires_grad_(True)
    assert table(model).requires_grad


def test_its_state_can_be_saved_and_put_back(tiny_model: Callable[..., MultiTaskModel]) -> None:
    one, other = tiny_model(), tiny_model()
    tokens, used = batch(one)
    with compact_vocabulary(one.trunk, used), compact_vocabulary(other.trunk, used):
        train(one, tokens)
        other.load_state_dict(one.state_dict())
        assert torch.equal(one("t", tokens), other("t", tokens))


def test_a_decoder_whose_tokenizer_tells_types_looks_up_no_other_rows(tmp_path: Path) -> None:
    folder = save_checkpoint(tmp_path, "gpt2")
    tokenizer = word_tokenizer("gpt2")
    tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    tokenizer.save_pretrained(folder)
    trunk = load_trunk(folder)
    tokens = trunk.text.encode([("a good film", "bad")])
    with compact_vocabulary(trunk, [np.array(tokens[0].ids)]):
        assert torch.isfinite(trunk(trunk.text.pad(tokens))).all()


def test_an_unused_id_raises(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    text = model.trunk.text
    with (
        compact_vocabulary(model.trunk, batch(model)[1]),
        pytest.raises(IndexError),
    ):
        model("t", text.pad(text.encode([("hated",)])))
    model("t", text.pad(text.encode([("hated",)])))


def test_the_full_table_is_back_after_an_error(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    before = table(model)
    with pytest.raises(KeyboardInterrupt), torch.no_grad():
        _interrupted(model)
    assert table(model) is before
    assert (before == 7.0).all(1).sum() == 8


def test_a_tied_table_stays_whole(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    model.trunk.encoder.decoder = torch.nn.Linear(32, len(table(model)), bias=False)
    model.trunk.encoder.decoder.weight = table(model)
    with compact_vocabulary(model.trunk, batch(model)[1]):
        assert not isinstance(model.trunk.encoder.get_input_embeddings(), CompactEmbedding)


def _interrupted(model: MultiTaskModel) -> None:
    with compact_vocabulary(model.trunk, batch(model)[1]):
        table(model).fill_(7.0)
        raise KeyboardInterrupt


def test_the_padding_row_stays_without_a_gradient() -> None:
    full = torch.nn.Embedding(6, 3, padding_idx=4)
    compact = CompactEmbedding(full, torch.tensor([1, 4]))
    compact(torch.tensor([4, 1, 1])).sum().backward()
    assert compact.weight.grad is not None
    assert compact.weight.grad.tolist() == [[2.0] * 3, [0.0] * 3]
