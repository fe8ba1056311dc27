"""Columns are found by name, then by what they hold, and left open where several could be meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from crosstask.tasks.columns import Columns
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.table import Table

LONG = [f"a long text about number {number}, quite unlike the others" for number in range(40)]
FEW = ["spam", "ham"] * 20


def detected(names: str, *columns: Sequence[Any], **named: str) -> tuple[str, str | None, str | None] | None:
    """Text, text_pair and label columns found in a table of these columns, 40 rows each."""
    keys = names.split()
    records = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
    kind = Classification.detect(Columns.of(Table(tuple(keys), records)), named)
    return None if kind is None else (kind.text, kind.text_pair, kind.label)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("text label", ("text", None, "label")),
        ("label text", ("text", None, "label")),
        ("Review STARS", ("Review", None, "STARS")),
        ("sentence sentiment", ("sentence", None, "sentiment")),
        ("content category", ("content", None, "category")),
    ],
)
def test_well_known_names(names: str, found: tuple[str, str | None, str | None]) -> None:
    assert detected(names, LONG, FEW) == found


@pytest.mark.parametrize(
    "pair", ["sentence1 sentence2", "premise hypothesis", "question passage", "question1 question2", "text text_pair"]
)
def test_well_known_pairs(pair: str) -> None:
    assert detected(f"idx {pair} label", range(40), LONG, LONG, FEW) == (*pair.split(), "label")


def test_by_shape() -> None:
    assert detected("number what which", range(40), LONG, FEW) == ("what", None, "which")


def test_a_column_sorted_by_label_is_sampled_over_its_whole_length() -> None:
    rows = [{"what": f"a text of many words {row}", "which": "ab"[row >= 3000]} for row in range(6000)]
    kind = Classification.detect(Columns.of(Table(("what", "which"), rows)), {})
    assert kind is not None
    assert kind.label == "which"


def test_two_possible_labels_are_left_open() -> None:
    assert detected("text color shape", LONG, FEW, ["round", "square"] * 20) == ("text", None, None)


def test_two_possible_texts_are_left_open() -> None:
    assert detected("one two label", LONG, LONG, FEW) is None


def test_a_score_with_fractions_is_no_label() -> None:
    assert detected("text score", LONG, [number / 8 for number in range(40)]) == ("text", None, None)


def test_lists_and_long_texts_are_no_labels() -> None:
    assert detected("text labels", LONG, [["a", "b"]] * 40) == ("text", None, None)
    assert detected("text target", LONG, [text * 3 for text in LONG]) == ("text", None, None)


def test_named_columns_win() -> None:
    found = detected("text body label stars", LONG, LONG, FEW, FEW, text="body", label="stars")
    assert found == ("body", None, "stars")


def test_one_named_text_of_a_pair_makes_a_single_text() -> None:
    assert detected("sentence1 sentence2 label", LONG, LONG, FEW, text="sentence2") == ("sentence2", None, "label")


def test_a_named_second_text_leaves_the_first_to_be_found() -> None:
    assert detected("text other label", LONG, LONG, FEW, text_pair="other") == ("text", "other", "label")


def test_a_file_of_one_column_is_its_text() -> None:
    assert detected("whatever", ["hi"] * 40) == ("whatever", None, None)
