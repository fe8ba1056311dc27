"""Low-rank updates: which layers they stand beside, what they own, and how they are saved, merged and exported."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tiny_checkpoints import CONFIGS, save_decoder
from torch import nn

from crosstask.errors import ConfigError
from crosstask.models.bundle import read_bundle, write_bundle
from crosstask.models.bundle_record import BundleRecord
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.heads.language import LanguageHead
from crosstask.models.linear_layers import attention_layers, linear_layers
from crosstask.models.model import MultiTaskModel
from crosstask.models.parts import merge_parts, parts_aside
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.tuning.full import Full
from crosstask.models.tuning.lora import Lora

PEFTS_OWN = pytest.mark.filterwarnings("ignore:.*is_gradient_checkpointing:FutureWarning")
ROWS = [("a good film",), ("it was not very good and I hated this",), ("bad",)]
ATTENTION = {
    "bert": ["attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"],
    "distilbert": ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"],
    "modernbert": ["attn.Wqkv", "attn.Wo"],
    "gpt2": ["attn.c_attn", "attn.c_proj"],
    "llama": ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.o_proj"],
    "albert": [f"albert_layers.0.attention.{name}" for name in ("query", "key", "value", "dense")],
    "mpnet": [f"attention.attn.{name}" for name in "qkvo"],
}


@pytest.mark.parametrize("kind", ATTENTION)
def test_the_layers_of_attention_are_found_by_structure(kind: str, tiny_trunk: Callable[..., object]) -> None:
    encoder = tiny_trunk(kind).encoder
    first = [name for name in attention_layers(encoder) if ".0." in name[: len("encoder.albert_layer_groups.0.")]]
    assert sorted(name.partition(".0.")[2] for name in first) == sorted(ATTENTION[kind])
    assert set(attention_layers(encoder)) < set(linear_layers(encoder))


@pytest.mark.parametrize("targets", ["attention", "all"])
@pytest.mark.parametrize("kind", CONFIGS)
def test_it_fits_every_architecture(kind: str, targets: str, tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model(kind)
    before = outputs(model)
    tuning = moved(model, Lora(r=2, targets=targets))
    with parts_aside(model):
        torch.testing.assert_close(outputs(model), before)
    after = outputs(model)
    assert (after - before).abs().max() > 1e-3
    names = {name for name, weight in model.named_parameters() if weight.requires_grad}
    assert all("lora_" in name or name.startswith("heads.") for name in names)
    assert len(tuning.parts(model)) == len([name for name in names if "lora_" in name])
    merge_parts(model)
    torch.testing.assert_close(outputs(model), after, atol=3e-5, rtol=1e-4)
    assert not model.attached
    assert not any("lora_" in name for name, _ in model.named_parameters())


def test_an_update_is_the_product_of_two_matrices(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model("llama")
    before = {name: weight.clone() for name, weight in model.trunk.encoder.named_parameters()}
    parts = moved(model, Lora(r=3, alpha=6)).parts(model)
    name = "layers.1.self_attn.v_proj"
    product = parts[f"{name}.lora_B.weight"] @ parts[f"{name}.lora_A.weight"]
    merge_parts(model)
    expected = before[f"{name}.weight"] + 6 / 3 * product
    torch.testing.assert_close(model.trunk.encoder.get_parameter(f"{name}.weight"), expected)


def test_a_bundle_keeps_the_base_and_the_updates_apart(
    checkpoints: Callable[[str], Path], tiny_model: Callable[..., MultiTaskModel], tmp_path: Path
) -> None:
    from safetensors.torch import load_file
    from transformers import AutoModel

    model = tiny_model("llama")
    tuning = moved(model, Lora(r=2, targets="all"))
    folder = saved(model, tmp_path / "a")
    base = load_file(checkpoints("llama") / "model.safetensors")
    kept = load_file(folder / "trunk" / "model.safetensors")
    assert kept.keys() == base.keys()
    assert all(torch.equal(kept[name], base[name]) for name in base)
    assert AutoModel.from_pretrained(folder / "trunk").config.model_type == "llama"
    assert load_file(folder / "parts" / "lora.safetensors").keys() == tuning.parts(model).keys()
    again = read_bundle(folder).model
    assert again.attached == {"lora": tuning}
    assert torch.equal(outputs(again), outputs(model))


def test_updates_of_other_options_are_refused(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    Lora(r=2).attach(model)
    with pytest.raises(ConfigError, match="other options"):
        Lora(r=4).attach(model)


def test_another_tuning_trains_base_and_updates(tiny_model: Callable[..., MultiTaskModel]) -> None:
    model = tiny_model()
    Lora(r=2).attach(model)
    Full().attach(model)
    assert all(weight.requires_grad for weight in model.parameters())


def test_updates_train_faster_than_a_trunk(tiny_model: Callable[..., MultiTaskModel]) -> None:
    tuning = Lora(speed=7)
    assert tuning.rate("trunk.encoder.layers.0.self_attn.q_proj.lora_A.default.weight") == 7
    assert tuning.rate("heads.t.linear.weight") == 1


@PEFTS_OWN
@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_peft_opens_the_updates_on_the_base(kind: str, tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    base = save_decoder(tmp_path / "base", kind)
    model = MultiTaskModel(load_trunk(base), {"t": LanguageHead()}).eval()
    moved(model, Lora(r=2, targets="all")).write(model, tmp_path / "adapter")
    tokens = model.trunk.text.pad(model.trunk.text.encode([("good",)]))
    found = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base), tmp_path / "adapter")
    with torch.inference_mode():
        expected = model("t", tokens)
        torch.testing.assert_close(found(tokens.ids).logits[0], expected, atol=1e-4, rtol=1e-4)


@PEFTS_OWN
def test_peft_opens_the_updates_of_an_encoder(checkpoints: Callable[[str], Path], tmp_path: Path) -> None:
    from peft import PeftModel
    from transformers import AutoModel

    trunk = load_trunk(checkpoints("bert"))
    model = MultiTaskModel(trunk, {"t": ClassifierHead(trunk.width, 3)}).eval()
    moved(model, Lora(r=2)).write(model, tmp_path)
    tokens = trunk.text.pad(trunk.text.encode(ROWS[:1]))
    found = PeftModel.from_pretrained(AutoModel.from_pretrained(checkpoints("bert")), tmp_path)
    with torch.inference_mode():
        torch.testing.assert_close(found(tokens.ids).last_hidden_state, trunk(tokens), atol=1e-5, rtol=1e-5)


def moved(model: MultiTaskModel, tuning: Lora) -> Lora:
    """Attach the tuning and give its parts values as if it had trained."""
    tuning.attach(model)
    torch.manual_seed(2)
    for value in tuning.parts(model).values():
        nn.init.normal_(value, std=0.3)
    return tuning


def saved(model: MultiTaskModel, folder: Path) -> Path:
    write_bundle(folder, model, {"t": {"task": {}}}, BundleRecord(), "# a\n")
    return folder


@torch.inference_mode()
def outputs(model: MultiTaskModel) -> torch.Tensor:
    text = model.trunk.text
    return model.eval()("t", text.pad(text.encode(ROWS)))
