"""Tiny random checkpoints of many architectures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

WORDS = ["a", "good", "bad", "film", "book", "the", "is", "was", "not", "very", "it", "I", "liked", "hated", "this"]
WORDS += ["that", "one", "two", "three"]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
SMALL: dict[str, Any] = {
    "vocab_size": len(SPECIAL) + len(WORDS),
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "max_position_embeddings": 40,
    "pad_token_id": 1,
}
LLAMA: dict[str, Any] = {**SMALL, "num_key_value_heads": 2, "bos_token_id": 0, "eos_token_id": 2}
CONFIGS: dict[str, dict[str, Any]] = {
    "bert": SMALL,
    "roberta": {**SMALL, "type_vocab_size": 1, "layer_norm_eps": 1e-5},
    "distilbert": {**SMALL, "hidden_dim": 48},
    "electra": {**SMALL, "embedding_size": 16},
    "modernbert": {**SMALL, "global_attn_every_n_layers": 2, "local_attention": 8},
    "deberta-v2": {**SMALL, "relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
    "mpnet": SMALL,
    "albert": {**SMALL, "embedding_size": 16},
    "gpt2": {**SMALL, "bos_token_id": 0, "eos_token_id": 2},
    "llama": LLAMA,
    "granite": {**LLAMA, "logits_scaling": 3.0},
    "cohere": {**LLAMA, "logit_scale": 0.3},
    "gemma2": {**LLAMA, "head_dim": 8, "final_logit_softcapping": 4.0},
}
OTHER_LOGITS = ("granite", "cohere", "gemma2")
"""Decoders that do more with their logits than a linear layer does."""
DECODERS = ("gpt2", "llama", *OTHER_LOGITS)
POST_NORM = ("bert", "roberta", "distilbert", "electra")


def word_tokenizer(kind: str, *, pad_token: str | None = "<pad>") -> Any:
    """A fast tokenizer of whole words with `<s> A </s> B </s>`; decoders have no special tokens around the text."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(WordLevel({word: number for number, word in enumerate(SPECIAL + WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    if kind not in DECODERS:
        tokenizer.post_processor = TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1", special_tokens=[("<s>", 0), ("</s>", 2)]
        )
    special = {"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>", "mask_token": "<mask>"}
    inputs = ["input_ids", "attention_mask", *(["token_type_ids"] if kind in ("bert", "electra", "albert") else [])]
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=pad_token, model_input_names=inputs, **special)


def save_checkpoint(folder: Path, kind: str = "bert", *, pad_token: str | None = "<pad>", **changes: Any) -> Path:
    """A checkpoint of random weights, always the same for one kind."""
    from transformers import AutoConfig, AutoModel

    torch.manual_seed(0)
    config = AutoConfig.for_model(kind, **{**CONFIGS[kind], **changes})
    AutoModel.from_config(config).save_pretrained(folder)
    word_tokenizer(kind, pad_token=pad_token).save_pretrained(folder)
    return folder


CHAT_SPECIAL = ["<s>", "<pad>", "<|im_end|>", "<|im_start|>"]
CHAT_TEMPLATE = """{% for turn in messages %}<|im_start|>{{ turn.role }}
{{ turn.content }}<|im_end|>
{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""


def byte_tokenizer(*, chat_template: str | None = CHAT_TEMPLATE) -> Any:
    """A fast tokenizer of single bytes, so that any text can be written and read; `<s>` begins it."""
    from tokenizers import Tokenizer, decoders
    from tokenizers.models import BPE
    from tokenizers.pre_tokenizers import ByteLevel
    from tokenizers.processors import TemplateProcessing
    from transformers import PreTrainedTokenizerFast

    pieces = [*CHAT_SPECIAL, *sorted(ByteLevel.alphabet())]
    tokenizer = Tokenizer(BPE({piece: number for number, piece in enumerate(pieces)}, []))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    special = {
        "bos_token": "<s>",
        "pad_token": "<pad>",
        "eos_token": "<|im_end|>",
        "extra_special_tokens": ["<|im_start|>"],
    }
    inputs = ["input_ids", "attention_mask"]
    made = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, model_input_names=inputs, padding_side="right", **special
    )
    made.chat_template = chat_template
    return made


def save_decoder(
    folder: Path, kind: str = "llama", *, chat_template: str | None = CHAT_TEMPLATE, **changes: Any
) -> Path:
    """A language model of random weights and bytes as tokens, always the same for one kind."""
    from transformers import AutoConfig, AutoModelForCausalLM

    sizes = {"vocab_size": len(CHAT_SPECIAL) + 256, "max_position_embeddings": 256, "initializer_range": 0.2}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        config = AutoConfig.for_model(kind, **{**CONFIGS.get(kind, SMALL), **sizes, **changes})
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    byte_tokenizer(chat_template=chat_template).save_pretrained(folder)
    return folder
