"""Words in texts, and texts of words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.errors import InputError
from crosstask.tasks.words import Words, words_cell

WORDS = st.lists(st.text("aB7.北京。é-’", min_size=1, max_size=4), min_size=1, max_size=8)


@given(st.text())
def test_the_words_of_a_text_are_all_but_its_white_space(text: str) -> None:
    found = Words.of(text)
    assert "".join(found.words) == "".join(text.split())
    assert all(end <= start for (_, end), (start, _) in zip(found.places, found.places[1:], strict=False))
    assert not any(character.isspace() for word in found.words for character in word)


@given(WORDS)
def test_joined_words_stand_where_it_says(words: list[str]) -> None:
    joined = Words.of(tuple(words))
    assert joined.words == tuple(words)
    assert "".join(joined.text.split()) == "".join(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("EU rejects German call.", ["EU", "rejects", "German", "call", "."]),
        ("don't pay 3,000.50 at 10:30!", ["don't", "pay", "3,000.50", "at", "10:30", "!"]),
        ("我爱北京。I do", ["我", "爱", "北", "京", "。", "I", "do"]),
        ("(a/b)", ["(", "a", "/", "b", ")"]),
        ("हिन्दी में", ["हिन्दी", "में"]),
        (" x ", ["x"]),
    ],
)
def test_a_plain_text_is_cut_into_words(text: str, words: list[str]) -> None:
    assert list(Words.of(text).words) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("in", "Paris", "."), "in Paris ."),
        (("我", "爱", "北京", "。"), "我爱北京。"),
        (("住", "IBM", "里"), "住 IBM 里"),
    ],
)
def test_words_are_joined_by_spaces_but_for_chinese(words: tuple[str, ...], text: str) -> None:
    assert Words.of(words).text == text


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (["EU", " rejects "], ("EU", "rejects")),
        (("New York", 7), ("New York", "7")),
        (np.array(["a", "b"]), ("a", "b")),
        ("EU  rejects U.S.", ("EU", "rejects", "U.S.")),
        ("LONDON.", ("LONDON.",)),
        ("我爱北京", ("我", "爱", "北", "京")),
        ("我 爱 北京", ("我", "爱", "北京")),
        ('["New York", 1]', ("New York", "1")),
        ("[ laughter ]", ("[", "laughter", "]")),
        ("[laughter] yes [applause]", ("[laughter]", "yes", "[applause]")),
        ("[1] Ann, 2020", ("[1]", "Ann,", "2020")),
    ],
)
def test_a_cell_holds_a_list_or_a_spaced_text(cell: Any, words: tuple[str, ...]) -> None:
    assert words_cell(cell, "tokens") == words


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (None, "the list of words is missing"),
        ([], "holds no words"),
        (["a", " "], "word 2 is empty"),
        (["a", None], "word 2 is empty"),
        ([["a"]], "word 1 is a list"),
        ({"a": 1}, "holds an object where a list of words is expected"),
        (b"a b", "holds bytes"),
        ("['Ann', 'sings']", "a list written as a text"),
        ("['Ann' 'sings']", "a list written as a text"),
        ("[Ann, sings]", "a list written as a text"),
        ('["a", " "]', "word 2 is empty"),
        (["half \ud83d"], "lone surrogate"),
    ],
)
def test_a_cell_of_another_form_is_refused(cell: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        words_cell(cell, "tokens")
    assert caught.value.field == "tokens"
    assert caught.value.mend
