"""Long rows of tokens in windows that overlap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_checkpoints import WORDS

from crosstask.errors import InputError
from crosstask.models.text_encoder import TextEncoder
from crosstask.models.trunk import Trunk
from crosstask.models.windows import Windows

LONG = " ".join(WORDS[place % len(WORDS)] for place in range(50))


@given(
    question=st.integers(0, 30),
    context=st.integers(0, 80),
    special=st.booleans(),
    limit=st.integers(12, 40),
    overlap=st.integers(0, 50),
    prefix=st.booleans(),
)
def test_windows_hold_every_token_of_the_cut_text(
    question: int, context: int, special: bool, limit: int, overlap: int, prefix: bool
) -> None:
    mark = [None] * special
    texts = [*mark, *[0] * question, *mark, *[1] * context, *mark]
    found = Windows(limit, overlap).positions(texts, cut=1, held=min(prefix, context))
    cut, whole = ({place for place, text in enumerate(texts) if text in wanted} for wanted in ([1], [None, 1]))
    assert all(len(window) <= limit and window == sorted(set(window)) for window in found)
    assert {place for window in found for place in window if texts[place] == 1} == cut
    for window in found:
        assert whole - cut <= set(window)
        assert [place for place in window if place not in cut] == [place for place in found[0] if place not in cut]
    if len(texts) <= limit:
        assert found == [[*range(len(texts))]]


def test_neighbours_share_the_overlap() -> None:
    found = Windows(limit=12, overlap=4).positions([None, *[0] * 30, None], cut=0, held=0)
    for left, right in pairwise(found):
        assert left[-5:-1] == right[1:5]
    assert found[0] == [*range(11), 31]


def test_a_long_question_keeps_half_of_a_window() -> None:
    found = Windows(limit=20, overlap=0).positions([*[0] * 40, *[1] * 15], cut=1, held=0)
    assert found == [[*range(10), *range(40, 50)], [*range(10), *range(50, 55)]]


@pytest.fixture
def text(tiny_trunk: Callable[..., Trunk]) -> TextEncoder:
    return tiny_trunk("bert", max_length=16).text


def test_places_are_characters_of_the_text(text: TextEncoder) -> None:
    (windows,) = text.windows([(LONG,)], overlap=3)
    seen: dict[int, str] = {}
    for window in windows:
        assert len(window.ids) <= 16
        assert window.length == len(window.ids)
        assert (window.ids[0], window.ids[-1], window.places[0], window.places[-1]) == (0, 2, None, None)
        for token, place in zip(window.ids[1:-1], window.places[1:-1], strict=True):
            word = LONG[place[0] : place[1]]
            assert token == text.tokenizer.convert_tokens_to_ids(word)
            seen[place[0]] = word
    assert [seen[start] for start in sorted(seen)] == LONG.split()


def test_a_text_that_fits_is_encoded_as_ever(text: TextEncoder) -> None:
    rows = [("a good film",), ("very bad",)]
    for (window,), encoding in zip(text.windows(rows, 4), text.encode(rows), strict=True):
        assert replace(window, places=()) == encoding
    pairs = [("a film", "it was good")]
    ((window,),) = text.windows(pairs, 4)
    assert replace(window, places=()) == text.encode(pairs)[0]
    assert [place for place in window.places if place] == [(0, 2), (3, 6), (7, 11)]


def test_the_question_stands_in_every_window_with_its_types(text: TextEncoder) -> None:
    (windows,) = text.windows([("was it good", LONG)], overlap=2)
    assert len(windows) > 3
    for window in windows:
        assert window.ids[:5] == windows[0].ids[:5]
        assert window.type_ids == [0] * 5 + [1] * (len(window.ids) - 5)
        assert not any(window.places[:5])


def test_a_question_that_is_shortened_says_so(text: TextEncoder) -> None:
    (windows,) = text.windows([("very " * 20, LONG)], overlap=2)
    assert {window.length - len(window.ids) for window in windows} == {20 - 5}
    assert all(len(window.ids) <= 16 for window in windows)


def test_a_question_beside_a_context_of_no_tokens_is_shortened_to_the_window(text: TextEncoder) -> None:
    ((window,),) = text.windows([("very " * 20, " ")], overlap=2)
    assert len(window.ids) == 16
    assert window.length == 20 + 3
    assert not any(window.places)


@pytest.mark.parametrize("kind", ["bert", "gpt2"])
def test_a_prefix_begins_every_window_and_has_no_places(tiny_trunk: Callable[..., Trunk], kind: str) -> None:
    text = replace(tiny_trunk(kind, max_length=16).text, prefix="this one ")
    (windows,) = text.windows([(LONG,)], overlap=3)
    held = text.tokenizer.convert_tokens_to_ids(["this", "one"])
    for window in windows:
        begin = window.places.index(next(place for place in window.places if place))
        assert window.ids[begin - 2 : begin] == held
        start, end = window.places[begin]
        assert LONG[start:end] == text.tokenizer.convert_ids_to_tokens(window.ids[begin])
    assert windows[-1].places[-1 if kind == "gpt2" else -2][1] == len(LONG)


def test_a_pair_with_nothing_but_a_boundary_is_cut_too(tiny_trunk: Callable[..., Trunk]) -> None:
    text = tiny_trunk("gpt2", max_length=16).text
    (windows,) = text.windows([("very " * 20, LONG)], overlap=2)
    assert all(len(window.ids) == 16 for window in windows[:-1])
    assert {text.tokenizer.decode(window.ids[6:8]) for window in windows} == {"very </s>"}


def test_no_rows_give_no_windows(text: TextEncoder) -> None:
    assert text.windows([], 4) == []


def test_a_tokenizer_without_places_is_refused(text: TextEncoder) -> None:
    class Slow:
        is_fast = False

    slow: Any = Slow()
    with pytest.raises(InputError, match="does not say where") as caught:
        replace(text, tokenizer=slow).windows([("a",)], 4)
    assert caught.value.mend
