"""A Llama decoder in a GGUF file, turned back into what transformers calls it: config, weights, tokenizer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

from crosstask.shelf.ggml import GgufFile, as_written
from crosstask.shelf.plain_folder import PlainFolder
from crosstask.shelf.vocabulary import byte_level_tokenizer

_OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
_INSIDE = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_SPECIAL = {"bos_token": "bos", "eos_token": "eos", "unk_token": "unknown", "pad_token": "padding"}
_CONTROL = 3
"""llama.cpp's type of the tokens that stand for themselves in a text."""


def llama_folder(gguf: GgufFile, card: str) -> PlainFolder:
    """The folder of a `LlamaForCausalLM` whose output layer is its embedding table."""
    metadata = gguf.metadata
    tokens, types = metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.token_type"]
    special = [token for token, kind in zip(tokens, types, strict=True) if kind == _CONTROL]
    return PlainFolder(
        _config(metadata),
        dict(_weights(gguf)),
        byte_level_tokenizer(tokens, metadata["tokenizer.ggml.merges"], special),
        _tokenizer_config(metadata),
        {
            "generation_config.json": _special_ids(metadata),
            "chat_template.jinja": metadata["tokenizer.chat_template"],
            "README.md": card,
        },
    )


def _config(metadata: Mapping[str, Any]) -> dict[str, Any]:
    heads, width = metadata["llama.attention.head_count"], metadata["llama.embedding_length"]
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": metadata["llama.vocab_size"],
        "hidden_size": width,
        "head_dim": width // heads,
        "num_hidden_layers": metadata["llama.block_count"],
        "num_attention_heads": heads,
        "num_key_value_heads": metadata["llama.attention.head_count_kv"],
        "intermediate_size": metadata["llama.feed_forward_length"],
        "max_position_embeddings": metadata["llama.context_length"],
        "rms_norm_eps": as_written(metadata["llama.attention.layer_norm_rms_epsilon"]),
        "rope_parameters": {"rope_type": "default", "rope_theta": metadata["llama.rope.freq_base"]},
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "tie_word_embeddings": True,
        "dtype": "float32",
        **_special_ids(metadata),
    }


def _special_ids(metadata: Mapping[str, Any]) -> dict[str, int]:
    ids = {f"{token}_id": metadata[f"tokenizer.ggml.{key}_token_id"] for token, key in _SPECIAL.items()}
    return {name: number for name, number in ids.items() if name != "unk_token_id"}


def _tokenizer_config(metadata: Mapping[str, Any]) -> dict[str, Any]:
    tokens = metadata["tokenizer.ggml.tokens"]
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": metadata["llama.context_length"],
        "model_input_names": ["input_ids", "attention_mask"],
        "clean_up_tokenization_spaces": False,
        **{token: tokens[metadata[f"tokenizer.ggml.{key}_token_id"]] for token, key in _SPECIAL.items()},
    }


def _weights(gguf: GgufFile) -> Iterator[tuple[str, NDArray[Any]]]:
    """Every tensor under transformers' name; rows of queries and keys in transformers' order."""
    heads = {"q_proj": "llama.attention.head_count", "k_proj": "llama.attention.head_count_kv"}
    for stored_name, tensor in gguf.tensors.items():
        name, values = _name(stored_name), tensor.decode()
        counted = heads.get(name.split(".")[-2])
        yield name, values if counted is None else _halves_apart(values, gguf.metadata[counted])


def _name(stored: str) -> str:
    """Transformers' name of a tensor: `model.layers.3.mlp.up_proj.weight` for `blk.3.ffn_up.weight`."""
    *place, part, kind = stored.split(".")
    if not place:
        return f"{_OUTSIDE[part]}.{kind}"
    return f"model.layers.{place[1]}.{_INSIDE[part]}.{kind}"


def _halves_apart(rows: NDArray[Any], heads: int) -> NDArray[Any]:
    """The rows of each head with the halves that rotate together apart again: llama.cpp put each pair side by side."""
    pairs = rows.reshape(heads, -1, 2, rows.shape[1])
    return pairs.swapaxes(1, 2).reshape(rows.shape)
