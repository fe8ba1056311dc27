"""Answers in a context: reading them, and how well found ones agree, against SQuAD's own script."""

from __future__ import annotations

import collections
import re
import string
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.errors import InputError
from crosstask.tasks.answers import Answer, agreement, answers_cell

CONTEXT = "The film won. A film by Ann Lee, the Film of 2001."


@pytest.mark.parametrize(
    ("cell", "answers"),
    [
        ("film", [("film", 4)]),
        (" film ", [("film", 4)]),
        (2001, [("2001", 45)]),
        (["film", "Ann Lee", "film"], [("film", 4), ("Ann Lee", 24)]),
        ({"text": ["film"], "answer_start": [16]}, [("film", 16)]),
        ({"text": np.array(["film"]), "answer_start": np.array([16])}, [("film", 16)]),
        ({"text": "film", "start": 16}, [("film", 16)]),
        ({"text": [" film", "Ann"]}, [("film", 4), ("Ann", 24)]),
        ([{"text": "film", "start": 16}, {"text": "Ann", "answer_start": 24}], [("film", 16), ("Ann", 24)]),
        ({"text": [" film"], "answer_start": [15]}, [("film", 16)]),
        ((("film", 16),), [("film", 16)]),
        ([], []),
        ({"text": [], "answer_start": []}, []),
    ],
)
def test_every_form_of_answers_is_read(cell: Any, answers: list[tuple[str, int]]) -> None:
    found = answers_cell(cell, "answers", CONTEXT)
    assert found == tuple(Answer(*answer) for answer in answers)
    assert all(CONTEXT[answer.start : answer.end] == answer.text for answer in found)


@pytest.mark.parametrize(
    ("cell", "message", "mend"),
    [
        ("book", "the answer 'book' is not in its context", "Copy it from the context"),
        ("ann  lee", "the answer 'ann lee' is not in its context", r"Did you mean 'Ann Lee', as the context has it\?"),
        (["film", "book"], "the answer 'book' is not", "Copy it"),
        ({"text": ["film"], "answer_start": [5]}, "'film' does not start at character 5", "found at 4"),
        ({"text": ["film"], "answer_start": [-46]}, "does not start at character -46", "found at 4"),
        (None, "the answer is missing", r"write \[\]"),
        ("  ", "the answer is missing", r"write \[\]"),
        ([None], "the answer is missing", "Fill it in"),
        ({"text": ["film"], "answer_start": [4, 5]}, "holds 1 text and 2 starts", "Give a text"),
        ({"text": ["film"], "answer_start": ["4"]}, "the start '4' is no whole number", "number of the character"),
        ({"answer": "film"}, "the answer is missing", "Fill it in"),
        (b"film", "holds bytes", "Give a text"),
        ({"film"}, "holds a list", "Give a text"),
    ],
)
def test_other_cells_are_refused(cell: Any, message: str, mend: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        answers_cell(cell, "answers", CONTEXT)
    assert caught.value.field == "answers"
    assert re.search(mend, str(caught.value.mend))


def test_a_list_in_a_text_is_its_json_unless_it_stands_in_the_context() -> None:
    assert answers_cell('["one", "two"]', "answers", "one or two") == (Answer("one", 0), Answer("two", 7))
    assert answers_cell("['one']", "answers", "x = ['one']") == (Answer("['one']", 4),)
    with pytest.raises(InputError, match="holds a list written as a text"):
        answers_cell("['one', 'two']", "answers", "one or two")


def test_a_chinese_answer_spaced_otherwise_is_shown() -> None:
    with pytest.raises(InputError) as caught:
        answers_cell("136次", "answer", "曾以 136 次擒杀")
    assert caught.value.mend == "Did you mean '136 次', as the context has it? Else delete the row."


def test_an_answer_composed_otherwise_is_told_apart() -> None:
    for answer, context in (("Jos\u00e9", "Built by Jose\u0301."), ("Jose\u0301", "Built by Jos\u00e9.")):
        with pytest.raises(InputError) as caught:
            answers_cell(answer, "answer", context)
        assert caught.value.mend == "Copy it from the context, where the same characters are composed otherwise."


def official(prediction: str, answers: list[str]) -> tuple[float, float]:
    """Exact match and F1 of the SQuAD 2.0 evaluation script."""

    def normalized(text: str) -> str:
        kept = "".join(character for character in text.lower() if character not in set(string.punctuation))
        return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())

    def f1(gold: str) -> float:
        gold_tokens, found = normalized(gold).split(), normalized(prediction).split()
        same = sum((collections.Counter(gold_tokens) & collections.Counter(found)).values())
        if not gold_tokens or not found:
            return float(gold_tokens == found)
        if same == 0:
            return 0.0
        precision, recall = same / len(found), same / len(gold_tokens)
        return 2 * precision * recall / (precision + recall)

    golds = [answer for answer in answers if normalized(answer)] or [""]
    return max(float(normalized(gold) == normalized(prediction)) for gold in golds), max(map(f1, golds))


PIECES = ["the", "a", "An", "Film", "film,", "2001", "U.S.", "“won”", "-"]
PHRASE = st.lists(st.sampled_from(PIECES), min_size=1).map(" ".join)


@given(PHRASE, st.lists(PHRASE.filter(lambda text: "ilm" in text or "2001" in text), max_size=3))
def test_agreement_is_that_of_the_official_script(prediction: str, answers: list[str]) -> None:
    assert agreement(prediction, answers) == pytest.approx(official(prediction, answers), abs=1e-12)


@pytest.mark.parametrize(
    ("found", "answer", "expected"),
    [
        ("136 次", "136次", (1.0, 1.0)),
        ("北京市", "北京", (0.0, 0.8)),
        ("《北京》", "北京", (1.0, 1.0)),
        ("上海", "北京", (0.0, 0.0)),
    ],
)
def test_chinese_is_compared_by_characters(found: str, answer: str, expected: tuple[float, float]) -> None:
    assert agreement(found, [answer]) == pytest.approx(expected)


def test_no_answer_agrees_with_none() -> None:
    assert agreement("", []) == (1.0, 1.0)
    assert agreement("film", []) == (0.0, 0.0)
    assert agreement("", ["film"]) == (0.0, 0.0)
