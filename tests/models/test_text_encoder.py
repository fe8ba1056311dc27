"""Texts to padded token ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_checkpoints import byte_tokenizer, save_checkpoint, save_decoder, word_tokenizer

from crosstask.errors import ConfigError
from crosstask.models.text_encoder import Encoding, TextEncoder, text_encoder
from crosstask.models.transformers_gateway import load_text_encoder, load_trunk
from crosstask.models.trunk import Trunk


def test_special_tokens_and_types_come_from_the_checkpoint(tiny_trunk: Callable[..., Trunk]) -> None:
    text = tiny_trunk("bert").text
    (pair,) = text.encode([("a good film", "very bad")])
    assert pair == Encoding([0, 5, 6, 8, 2, 14, 7, 2], [0, 0, 0, 0, 0, 1, 1, 1], 8)
    (single,) = text.encode([("a",)])
    assert single.ids == [0, 5, 2]


def test_a_trunk_without_token_types_gets_none(tiny_trunk: Callable[..., Trunk]) -> None:
    text = tiny_trunk("distilbert").text
    encodings = text.encode([("a", "good")])
    assert encodings[0].type_ids is None
    assert text.pad(encodings).type_ids is None


@pytest.mark.parametrize(("kind", "told"), [("gpt2", False), ("bert", True), ("electra", True), ("llama", False)])
def test_types_are_given_where_the_checkpoint_has_weights_for_them(tmp_path: Path, kind: str, told: bool) -> None:
    folder = save_checkpoint(tmp_path, kind)
    tokenizer = word_tokenizer(kind)
    tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    tokenizer.save_pretrained(folder)
    for text in (load_trunk(folder).text, load_text_encoder(folder)):
        assert text.uses_type_ids == told
        assert ("token_type_ids" in text.tokenizer("a")) == told


def test_a_long_pair_is_cut_longest_first_and_says_its_whole_length(tiny_trunk: Callable[..., Trunk]) -> None:
    text = tiny_trunk("bert", max_length=10).text
    short, long = text.encode([("a good film", "bad"), ("a " * 30, "very bad")])
    assert short.length == len(short.ids) == 7
    assert long.length == 30 + 2 + 3
    assert long.ids == [0, 5, 5, 5, 5, 5, 2, 14, 7, 2]


def test_no_rows_give_no_encodings(tiny_trunk: Callable[..., Trunk]) -> None:
    assert tiny_trunk("bert").text.encode([]) == []


def test_roberta_keeps_its_offset_out_of_the_maximum_length(tiny_trunk: Callable[..., Trunk]) -> None:
    assert tiny_trunk("bert").text.max_length == 40
    assert tiny_trunk("roberta").text.max_length == 38  # its positions start behind its padding index, 1


def test_a_maximum_length_beyond_the_model_is_refused(tiny_trunk: Callable[..., Trunk]) -> None:
    with pytest.raises(ConfigError, match="the model cannot read 41 tokens") as caught:
        tiny_trunk("bert", max_length=41)
    assert caught.value.mend == "Choose from 1 to 40."


@pytest.mark.parametrize("says", ["both", "config"])
def test_a_decoder_of_long_texts_reads_as_much_as_it_declares(tmp_path: Path, says: str) -> None:
    folder = save_decoder(tmp_path, max_position_embeddings=131_072)
    if says == "both":
        tokenizer = byte_tokenizer()
        tokenizer.model_max_length = 131_072
        tokenizer.save_pretrained(folder)
    text = load_text_encoder(folder)
    assert (text.max_length, text.limit) == (4096, 131_072)
    assert load_text_encoder(folder, max_length=131_072).max_length == 131_072
    with pytest.raises(ConfigError, match="cannot read 131073 tokens"):
        load_text_encoder(folder, max_length=131_073)


def test_where_nothing_says_a_limit_a_short_one_is_taken(tiny_trunk: Callable[..., Trunk]) -> None:
    encoder = tiny_trunk("bert").encoder
    encoder.config.max_position_embeddings = 0
    assert text_encoder(byte_tokenizer(), encoder).max_length == 512


def test_it_opens_without_the_weights(checkpoints: Callable[[str], Path]) -> None:
    alone, whole = load_text_encoder(checkpoints("bert")), load_trunk(checkpoints("bert")).text
    assert alone.encode([("a good film", "bad")]) == whole.encode([("a good film", "bad")])
    assert replace(alone, tokenizer=whole.tokenizer) == whole


@given(
    rows=st.lists(st.lists(st.integers(1, 99), min_size=1, max_size=7), min_size=1, max_size=5),
    side=st.sampled_from(["left", "right"]),
)
def test_padding_keeps_every_token_on_its_side(rows: list[list[int]], side: str) -> None:
    text = TextEncoder(lambda *_: {}, 10, 0, "right", uses_type_ids=True)
    text = replace(text, padding_side=side)
    tokens = text.pad([Encoding(row, [1] * len(row), len(row)) for row in rows])
    assert tokens.ids.shape == tokens.mask.shape == (len(rows), max(map(len, rows)))
    assert tokens.type_ids is not None
    for row, ids, mask, types in zip(rows, tokens.ids, tokens.mask, tokens.type_ids, strict=True):
        assert ids[mask].tolist() == row
        assert (types == mask).all()
        places = np.flatnonzero(mask.numpy())
        assert places[-1 if side == "left" else 0] == (len(ids) - 1 if side == "left" else 0)
        assert not ids[~mask].any()
