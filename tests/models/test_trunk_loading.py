"""Opening checkpoints: what is read from them, and what is refused with the mend."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_checkpoints import CONFIGS, DECODERS, byte_tokenizer, save_checkpoint, save_decoder, word_tokenizer

from crosstask.errors import InputError, NotFound
from crosstask.models.pooling import default_pooling
from crosstask.models.transformers_gateway import load_trunk, save_trunk
from crosstask.models.trunk import Trunk
from crosstask.ui import Silent


class Notes(Silent):
    """A `Ui` that keeps its notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture
def folder(checkpoints: Callable[[str], Path], tmp_path: Path) -> Path:
    """A checkpoint to damage."""
    return Path(shutil.copytree(checkpoints("bert"), tmp_path / "model"))


@pytest.mark.parametrize("kind", CONFIGS)
def test_any_encoder_gives_states_and_comes_back_from_disk(
    kind: str, tiny_trunk: Callable[..., Trunk], tmp_path: Path
) -> None:
    trunk = tiny_trunk(kind)
    assert trunk.width == 32
    tokens = trunk.text.pad(trunk.text.encode([("a good film",), ("bad",)]))
    states = trunk(tokens)
    assert states.shape == (*tokens.ids.shape, 32)
    save_trunk(trunk, tmp_path)
    again = load_trunk(tmp_path)
    assert torch.equal(again(tokens), states)
    assert again.content_hash == trunk.content_hash


@pytest.mark.parametrize("kind", CONFIGS)
def test_decoders_are_known_without_an_lm_head(kind: str, tiny_trunk: Callable[..., Trunk]) -> None:
    trunk = tiny_trunk(kind)
    assert (trunk.causal, trunk.generates) == (kind in DECODERS, False)
    assert default_pooling(trunk) == ("last" if kind in DECODERS else "mean")


def test_a_language_model_reads_from_left_to_right(tiny_decoder: Path) -> None:
    trunk = load_trunk(tiny_decoder)
    assert trunk.causal
    assert trunk.generates


@pytest.mark.parametrize(("kind", "changes"), [("gemma3_text", {"use_bidirectional_attention": True, "head_dim": 8})])
def test_a_decoder_made_to_read_both_ways_is_an_encoder(kind: str, changes: dict[str, Any], tmp_path: Path) -> None:
    assert not load_trunk(save_decoder(tmp_path / "both", kind, **changes)).causal
    assert load_trunk(save_decoder(tmp_path / "one", kind, **{**changes, "use_bidirectional_attention": False})).causal


def test_an_encoder_made_to_read_from_left_to_right_is_a_decoder(tmp_path: Path) -> None:
    assert load_trunk(save_checkpoint(tmp_path, "bert", is_decoder=True)).causal


def test_loading_is_silent_and_stays_off_the_network(
    folder: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a socket was opened"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    save_trunk(load_trunk(folder), folder / "again")
    assert capfd.readouterr() == ("", "")


def test_the_hash_follows_the_weights(tiny_trunk: Callable[..., Trunk]) -> None:
    trunk = tiny_trunk("bert")
    before = trunk.content_hash
    assert tiny_trunk("bert").content_hash == before
    with torch.no_grad():
        next(trunk.encoder.parameters())[0, 0] += 1
    assert trunk.content_hash != before
    assert tiny_trunk("bert", max_length=8).content_hash != before


def test_the_hash_follows_an_lm_head_of_its_own(tmp_path: Path) -> None:
    trunk = load_trunk(save_decoder(tmp_path, tie_word_embeddings=False))
    before = trunk.content_hash
    with torch.no_grad():
        trunk.whole.lm_head.weight[0, 0] += 1
    assert trunk.content_hash != before


@pytest.mark.parametrize("change", [{"ends": (2, 3)}, {"max_length": 9}, {"tokenizer": byte_tokenizer()}])
def test_the_hash_follows_what_is_read_beside_the_weights(tmp_path: Path, change: dict[str, Any]) -> None:
    trunk = load_trunk(save_decoder(tmp_path, chat_template=None))
    before = trunk.content_hash
    trunk.text = replace(trunk.text, **change)
    assert trunk.content_hash != before


def test_half_precision_weights_open_in_float32(folder: Path) -> None:
    weights = folder / "model.safetensors"
    save_file({name: value.half() for name, value in load_file(weights).items()}, weights, {"format": "pt"})
    assert {weight.dtype for weight in load_trunk(folder).parameters()} == {torch.float32}


def test_label_names_come_from_the_checkpoint(folder: Path) -> None:
    assert load_trunk(folder).label_names is None
    _change_config(folder, id2label={"1": "pos", "0": "neg"}, label2id={"neg": 0, "pos": 1})
    assert load_trunk(folder).label_names == ("neg", "pos")


def test_a_tokenizer_without_a_pad_token_pads_with_its_end_and_says_so(tmp_path: Path) -> None:
    ui = Notes()
    trunk = load_trunk(save_checkpoint(tmp_path, "gpt2", pad_token=None), ui=ui)
    assert trunk.text.pad_id == 2
    (note,) = ui.notes
    assert note.endswith("has no pad token: its end token '</s>' is used")


def test_a_sentence_encoders_baked_in_padding_is_not_used(folder: Path) -> None:
    path = folder / "tokenizer.json"
    content = json.loads(path.read_text())
    content["truncation"] = {"max_length": 4, "strategy": "LongestFirst", "stride": 0, "direction": "Right"}
    content["padding"] = {
        "strategy": {"Fixed": 20},
        "direction": "Right",
        "pad_to_multiple_of": None,
        "pad_id": 1,
        "pad_type_id": 0,
        "pad_token": "<pad>",
    }
    path.write_text(json.dumps(content))
    (encoding,) = load_trunk(folder).text.encode([("a good film not bad",)])
    assert len(encoding.ids) == encoding.length == 7


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("config.json", "the model folder has no config.json"),
        ("model.safetensors", "the model folder has no model.safetensors"),
        ("tokenizer.json", "the model folder has no tokenizer"),
    ],
)
def test_a_folder_without_a_part_names_it(folder: Path, missing: str, message: str) -> None:
    (folder / missing).unlink()
    error = _refused(folder)
    assert error.message == message
    assert error.mend


def test_pickled_weights_are_refused(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    assert "pickle" in _refused(folder).message


def test_torn_weights_are_one_line(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    assert str(_refused(folder)).startswith(f"{folder}: the model's weights cannot be read")


@pytest.mark.parametrize("text", ["{", "[]", '{"model_type": "no-such-model"}', "{}"])
def test_a_broken_config_is_one_line(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text)
    assert "config cannot be read" in _refused(folder).message


def test_a_broken_tokenizer_is_one_line(folder: Path) -> None:
    (folder / "tokenizer.json").write_text("{}")
    assert "tokenizer cannot be read" in _refused(folder).message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"num_hidden_layers": 3}, "the weights lack 'encoder.layer.2"),
        ({"num_hidden_layers": 1}, "the weights have more layers than the config"),
        ({"intermediate_size": 64}, "the weights have another shape for 'encoder.layer.0"),
    ],
)
def test_weights_that_do_not_fit_are_never_made_up(folder: Path, change: dict[str, int], message: str) -> None:
    _change_config(folder, **change)
    assert _refused(folder).message.startswith(message)


def test_a_masked_language_models_head_is_left_aside(tmp_path: Path) -> None:
    from transformers import BertConfig, BertForMaskedLM

    BertForMaskedLM(BertConfig(**CONFIGS["bert"])).save_pretrained(tmp_path)
    word_tokenizer("bert").save_pretrained(tmp_path)
    assert load_trunk(tmp_path).width == 32


def test_an_encoder_decoder_is_refused(tmp_path: Path) -> None:
    from transformers import T5Config, T5Model

    T5Model(T5Config(vocab_size=24, d_model=8, d_ff=8, d_kv=4, num_layers=1, num_heads=2)).save_pretrained(tmp_path)
    word_tokenizer("t5").save_pretrained(tmp_path)
    assert "encoder-decoder" in _refused(tmp_path).message


def test_a_shard_that_is_missing_is_named(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    shards = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(shards))
    error = _refused(folder)
    assert (error.message, Path(str(error.file)).name) == (
        "a part of the weights is missing",
        "model-00002-of-00002.safetensors",
    )


@pytest.mark.parametrize("name", ["startre", "no-such/model", "./no/such/folder", "a b", "../x"])
def test_an_unknown_name_is_one_line_with_the_nearest(name: str) -> None:
    with pytest.raises(NotFound) as caught:
        load_trunk(name)
    assert caught.value.message.startswith(f"no model is called '{name}'")
    assert "starter" in str(caught.value.mend)


def test_a_file_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    with pytest.raises(InputError, match="a model is a folder"):
        load_trunk(tmp_path / "a.csv")


@pytest.mark.parametrize("name", ["starter", "starter:english"])
def test_the_starter_opens_by_its_names(name: str, starter: Path) -> None:
    trunk = load_trunk(name)
    assert (trunk.width, trunk.text.max_length, trunk.name) == (384, 512, name)


def _refused(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load_trunk(folder)
    assert "\n" not in str(caught.value)
    return caught.value


def _change_config(folder: Path, **changes: object) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
