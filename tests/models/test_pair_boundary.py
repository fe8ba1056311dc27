"""Something stands between the texts of a pair: by the tokenizer's own form, or a line end where that has nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tiny_checkpoints import byte_tokenizer, save_decoder, word_tokenizer
from tokenizers.processors import ByteLevel, Sequence, TemplateProcessing
from transformers import AutoTokenizer

from crosstask.errors import InputError
from crosstask.models.pair_boundary import ensure_boundary
from crosstask.models.text_encoder import TextEncoder, text_encoder
from crosstask.models.transformers_gateway import load_trunk, save_trunk
from crosstask.models.trunk import Trunk

PAIR = ("a man plays", "somebody sings")
LEVEL, START = ByteLevel(trim_offsets=True), [("<s>", 0)]
GLUING: dict[str, Any] = {
    "none": None,
    "bytes": LEVEL,
    "template": TemplateProcessing(single="<s> $A", special_tokens=START),
    "both": Sequence([LEVEL, TemplateProcessing(single="<s> $A", pair="<s> $A $B:1", special_tokens=START)]),
}


@pytest.fixture(params=GLUING)
def gluing(request: pytest.FixtureRequest) -> Any:
    tokenizer = byte_tokenizer()
    tokenizer.backend_tokenizer.post_processor = GLUING[request.param] or Sequence([])
    return tokenizer


def test_a_line_end_parts_what_was_glued(gluing: Any) -> None:
    before = gluing(*PAIR)["input_ids"]
    single, alone = gluing(PAIR[0])["input_ids"], [gluing(text, add_special_tokens=False)["input_ids"] for text in PAIR]
    assert "playssomebody" in gluing.decode(before)
    assert ensure_boundary(gluing)
    read = gluing(*PAIR, return_offsets_mapping=True)
    assert gluing.decode(read["input_ids"]).removeprefix("<s>") == "\n".join(PAIR)
    texts = read.sequence_ids(0)
    for number, ids in enumerate(alone):
        assert [token for token, text in zip(read["input_ids"], texts, strict=True) if text == number] == ids
    assert read["offset_mapping"][-1] == (len(PAIR[1]) - 1, len(PAIR[1]))
    assert gluing(PAIR[0])["input_ids"] == single
    assert gluing.num_special_tokens_to_add(pair=True) == len(before) - sum(map(len, alone)) + 1


def test_set_once_it_is_not_set_again(gluing: Any) -> None:
    ensure_boundary(gluing)
    ids = gluing(*PAIR)["input_ids"]
    assert ensure_boundary(gluing)
    assert gluing(*PAIR)["input_ids"] == ids


@pytest.mark.parametrize("kind", ["bert", "roberta"])
def test_a_form_that_parts_them_stays(kind: str) -> None:
    tokenizer = word_tokenizer(kind)
    before = copy.deepcopy(tokenizer.backend_tokenizer).to_str()
    assert ensure_boundary(tokenizer)
    assert tokenizer.backend_tokenizer.to_str() == before


def test_without_a_line_end_in_the_vocabulary_it_is_the_end_token() -> None:
    tokenizer = word_tokenizer("llama")
    assert ensure_boundary(tokenizer)
    assert tokenizer.decode(tokenizer("a", "good")["input_ids"]) == "a </s> good"


@pytest.mark.parametrize("named", [{}, {"add_bos_token": False}])
@pytest.mark.parametrize("own", ["PreTrainedTokenizerFast", "GPTNeoXTokenizer", "LlamaTokenizerFast"])
def test_it_is_saved_with_the_tokenizer(own: str, named: dict[str, bool], tmp_path: Path) -> None:
    folder = save_decoder(tmp_path / "one")
    tokenizer = AutoTokenizer.from_pretrained(folder, **named)
    tokenizer.save_pretrained(folder)
    config = json.loads((folder / "tokenizer_config.json").read_text())
    (folder / "tokenizer_config.json").write_text(json.dumps({**config, "tokenizer_class": own}))
    trunk = load_trunk(folder)
    save_trunk(trunk, tmp_path / "two")
    (expected,) = trunk.text.encode([PAIR])
    assert AutoTokenizer.from_pretrained(tmp_path / "two")(*PAIR)["input_ids"] == expected.ids
    assert load_trunk(tmp_path / "two").text.encode([PAIR]) == [expected]
    assert load_trunk(tmp_path / "two").content_hash == trunk.content_hash


def test_a_cut_leaves_it_there(tiny_decoder: Path) -> None:
    text = replace(load_trunk(tiny_decoder).text, max_length=11)
    (cut,) = text.encode([("one " * 9, "two " * 9)])
    assert text.tokenizer.decode(cut.ids) == "one o\ntwo t"
    for window in text.windows([("one", "two three four five")], overlap=2)[0]:
        assert text.tokenizer.decode(window.ids).startswith("one\n")
        assert window.places[:4] == [None] * 4


def test_a_tokenizer_that_cannot_be_changed_is_refused_for_pairs_alone(tiny_trunk: Callable[..., Trunk]) -> None:
    trunk = tiny_trunk("llama")

    class Gluing:
        """A tokenizer in Python alone."""

        is_fast, unk_token_id, eos_token_id, sep_token_id, pad_token_id, model_max_length = False, None, 2, None, 1, 40
        padding_side, model_input_names, init_kwargs = "right", ("input_ids",), dict[str, Any]()

        def __call__(self, *fields: Any, **_: Any) -> dict[str, Any]:
            if isinstance(fields[0], str):
                return {"input_ids": [ord(letter) for text in fields for letter in text]}
            return {
                "input_ids": [[ord(letter) for text in row for letter in text] for row in zip(*fields, strict=True)]
            }

    text: TextEncoder = text_encoder(Gluing(), trunk.encoder)
    assert text.encode([("ab",)])[0].ids == [97, 98]
    with pytest.raises(InputError, match="nothing between the two texts of a pair"):
        text.encode([("a", "b")])
