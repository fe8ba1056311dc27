"""Which token stands for each word, whatever the tokenizer."""

from __future__ import annotations

from typing import Any

import pytest

from crosstask.models.text_encoder import Encoding, TextEncoder
from crosstask.models.word_tokens import word_tokens
from crosstask.tasks.words import Words


def window(*places: tuple[int, int] | None) -> Encoding:
    return Encoding([0] * len(places), None, len(places), places)


def test_the_first_piece_of_a_word_stands_for_it() -> None:
    pieces = window(None, (0, 2), (2, 5), (6, 8), None)
    assert word_tokens([pieces], [(0, 5), (6, 8)]) == [{0: 1, 1: 3}]


def test_a_token_may_begin_with_the_space_before_its_word() -> None:
    assert word_tokens([window((0, 2), (2, 8))], [(0, 2), (3, 8)]) == [{0: 0, 1: 1}]


def test_of_words_that_share_a_token_the_first_has_it() -> None:
    assert word_tokens([window((0, 1), (1, 3), (3, 4))], [(0, 1), (1, 2), (2, 3), (3, 4)]) == [{0: 0, 1: 1, 3: 2}]


def test_a_token_across_two_words_stands_for_the_second_where_the_first_has_one() -> None:
    assert word_tokens([window((0, 1), (1, 3), (3, 4))], [(0, 2), (2, 4)]) == [{0: 0, 1: 1}]


def test_a_word_that_no_token_touches_has_none() -> None:
    assert word_tokens([window((0, 1), (3, 4))], [(0, 1), (2, 3), (3, 4)]) == [{0: 0, 2: 1}]
    assert word_tokens([window(None, None)], [(0, 1)]) == [{}]


def test_a_window_that_begins_within_a_word_does_not_tell_of_it() -> None:
    left, right = window((0, 2), (2, 5)), window((2, 5), (6, 8))
    assert word_tokens([left, right], [(0, 5), (6, 8)]) == [{0: 0}, {1: 1}]


def test_of_several_tokens_of_one_character_the_first_is_taken() -> None:
    assert word_tokens([window((0, 1), (0, 1), (0, 1), (1, 2))], [(0, 1), (1, 2)]) == [{0: 0, 1: 3}]


def unigram(pieces: list[str]) -> Any:
    """A tokenizer as SentencePiece makes them: pieces go across words that no space parts."""
    from tokenizers import Tokenizer, decoders, pre_tokenizers
    from tokenizers.models import Unigram
    from transformers import PreTrainedTokenizerFast

    vocabulary = [("<unk>", 0.0), *((piece, -1.0) for piece in pieces)]
    tokenizer = Tokenizer(Unigram(vocabulary, unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<unk>")


@pytest.mark.parametrize("prefix", ["", "query: "])
def test_pieces_of_sentencepiece_find_their_words(prefix: str) -> None:
    tokenizer = unigram(["▁我", "爱", "北京", "▁I", "▁lo", "ve", "▁", "query", ":", "我"])
    text = TextEncoder(tokenizer, 64, 0, prefix=prefix)
    words = Words.of(("我", "爱", "北", "京", "I", "love"))
    (windows,) = text.windows([(words.text,)], 0)
    (told,) = word_tokens(windows, words.places)
    tokens = tokenizer.convert_ids_to_tokens(windows[0].ids)
    assert {word: tokens[position].strip("▁") for word, position in told.items()} == {
        0: "我",
        1: "爱",
        2: "北京",
        4: "I",
        5: "lo",
    }
