"""Logits from states are those of the checkpoint's own model, whatever it does around its LM head."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_checkpoints import OTHER_LOGITS, save_checkpoint, save_decoder

from crosstask.errors import ConfigError
from crosstask.models.lm_head import LmHead
from crosstask.models.outline import outline
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.trunk import Trunk, require_language_model

IDS = torch.tensor([[40, 41, 42, 43], [50, 51, 52, 53]])
OTHERS: dict[str, dict[str, Any]] = {
    "llama": {},
    "gpt2": {},  # reads cross-attentions off its encoder's output
    "bert": {"is_decoder": True, "architectures": ["BertLMHeadModel"]},  # a layer of its own before the vocabulary
    "mixtral": {"num_local_experts": 4, "num_key_value_heads": 2},  # reads a router's logits
    "opt": {"word_embed_proj_dim": 16, "ffn_dim": 48},  # asks its encoder for a part of it
    "gemma3_text": {"final_logit_softcapping": 4.0, "head_dim": 8},
}


def opened(kind: str, folder: Path) -> Trunk:
    return load_trunk(save_decoder(folder, kind, **OTHERS.get(kind, {})))


@pytest.mark.parametrize("kind", [*OTHERS, *OTHER_LOGITS])
@torch.inference_mode()
def test_logits_are_the_models_own(kind: str, tmp_path: Path) -> None:
    trunk = opened(kind, tmp_path)
    require_language_model(trunk)
    states = trunk.encoder(IDS).last_hidden_state
    torch.testing.assert_close(trunk.logits(states[:, -1]), trunk.whole(IDS).logits[:, -1], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", ["llama", "granite"])
def test_its_weights_are_the_models(kind: str, tmp_path: Path) -> None:
    trunk = opened(kind, tmp_path)
    own = {id(weight) for weight in trunk.whole.parameters()}
    assert {id(weight) for weight in trunk.parameters()} == own
    trunk.logits(torch.randn(2, trunk.width)).sum().backward()
    assert trunk.whole.get_output_embeddings().weight.grad.abs().sum() > 0
    assert all(weight.device.type == "meta" for weight in outline(trunk).parameters())
    copied = copy.deepcopy(trunk)
    with torch.no_grad():
        copied.whole.get_output_embeddings().weight.zero_()
        assert not copied.logits(torch.randn(2, trunk.width)).any()
        assert trunk.logits(torch.randn(2, trunk.width)).any()


def test_an_encoder_is_no_language_model(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is no language model: it has no LM head"):
        require_language_model(load_trunk(save_checkpoint(tmp_path)))


@pytest.mark.parametrize("amiss", ["wrong", "refuses"])
def test_what_the_states_do_not_tell_is_refused(amiss: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trunk = opened("llama", tmp_path)

    def forward(self: LmHead, states: torch.Tensor) -> torch.Tensor:
        if amiss == "refuses":
            raise ValueError("input_ids are wanted")
        return 2 * self.model(inputs_embeds=states).logits

    monkeypatch.setattr(LmHead, "forward", forward)
    with pytest.raises(ConfigError, match="reads more than the states of its tokens") as refused:
        require_language_model(trunk)
    assert refused.value.field == "model"
