"""A well-known name says what a column is: its bad cells are errors of their rows, and do not hide the kind."""

from __future__ import annotations

from typing import Any

import pytest

from crosstask.errors import InputError
from crosstask.tasks import open_task

SCORES = [0.5, 4.5, 2.5, 1.25, 3.0, 4.0, 0.75, 2.0]
HELLO = [{"role": "user", "content": "hello"}, {"role": "assistant", "content": "hi"}]


def table(first: str, second: str, cells: list[Any]) -> list[dict[str, Any]]:
    return [{first: f"some text number {row}", second: cell} for row, cell in enumerate(cells)]


def kind_of(rows: list[dict[str, Any]]) -> str:
    return open_task(rows).kind.method_name()


def refused(rows: list[dict[str, Any]], message: str, row: int | None, field: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        open_task(rows)
    assert (caught.value.row, caught.value.field) == (row, field)
    assert caught.value.mend


@pytest.mark.parametrize("cell", ["high", "nan", "inf", "45%", "1e400", True, [3]])
@pytest.mark.parametrize("good", [2, 3, 8])
def test_a_bad_score_is_found_in_its_row(cell: Any, good: int) -> None:
    refused(table("text", "score", [*SCORES[:good], cell]), "the score", good + 1, "score")


def test_bad_scores_among_others_are_found_in_the_first_row_of_them() -> None:
    refused(table("text", "score", [*SCORES, *SCORES, "high", "low"]), "'high' is no number", 17, "score")
    refused(table("text", "label", [*SCORES, "high", "low"]), "'high' is no number", 9, "label")
    refused(table("text", "points", [*range(30), "high"]), "'high' is no number", 31, "points")
    refused(table("text", "grade", [None, None]), "the score is missing", 1, "grade")


@pytest.mark.parametrize("rows", [1, 2, 30])
def test_scores_that_are_all_the_same_are_scores(rows: int) -> None:
    refused(table("text", "score", [2.5] * rows), "all train rows have the score 2.5", None, "score")


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("score", ["high", "low", "medium", "poor", "awful"]),
        ("score", [*range(1, 6)] * 4),
        ("score", ["high", "low", "low", 2.5]),
        ("label", [*range(30)]),
        ("label", ["1.5b", "7b", "7b"]),
        ("label", ["a", "b", "a", 0.5]),
    ],
)
def test_words_and_few_whole_numbers_stay_labels(name: str, cells: list[Any]) -> None:
    assert kind_of(table("text", name, cells)) == "classification"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (3, "where labels are expected"),
        ({"pay": 1}, "where labels are expected"),
        ([["pay"]], "in its list of labels"),
        ([None], "holds an empty label"),
    ],
)
@pytest.mark.parametrize("good", [1, 40])
def test_a_bad_cell_among_lists_of_labels_is_found_in_its_row(cell: Any, message: str, good: int) -> None:
    refused(table("text", "labels", [*[["pay", "crash"]] * good, cell]), message, good + 1, "labels")
    refused(table("text", "labels", [cell if isinstance(cell, dict) else [["pay"]]]), "label", 1, "labels")


def test_a_text_among_lists_of_labels_is_one_label() -> None:
    task = open_task(table("text", "labels", [*[["pay", "crash"]] * 3, "pay"]))
    assert task.split("train").examples[3].target == ("pay",)


def test_a_list_among_labels_is_found_in_its_row() -> None:
    refused(table("text", "label", ["good", "bad", ["good"]]), "where a label is expected", 3, "label")


def test_the_mark_of_most_cells_separates_labels() -> None:
    cells = ["pay|crash", "crash", "pay", "pay;crash", "crash|pay"]
    refused(table("text", "labels", cells), r"holds ';' where '\|' stands", 4, "labels")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["good", "bad", "good; but slow"], "classification"),
        (["good", "bad", "good; but slow", "bad; but slow"], "multi_label"),
        (["war;love", "war", "love", "war;peace", "love;war"], "multi_label"),
    ],
)
def test_under_the_name_of_one_label_most_combined_labels_come_again(cells: list[str], kind: str) -> None:
    assert kind_of(table("text", "label", cells)) == kind
    assert kind_of(table("text", "labels", cells)) == "multi_label"


@pytest.mark.parametrize("cell", ["hi", {"role": "user", "content": "hi"}])
def test_a_cell_without_turns_is_found_in_its_row(cell: Any) -> None:
    refused([{"messages": HELLO}, {"messages": HELLO}, {"messages": cell}], "turn", 3, "messages")


@pytest.mark.parametrize("cells", [["short", ""], [""], ["short", "shorter", None]])
def test_an_empty_target_of_a_small_file_is_found_in_its_row(cells: list[Any]) -> None:
    refused(table("source", "target", cells), "the text to be written is missing", len(cells), "target")


@pytest.mark.parametrize("names", [("tokens", "tags"), ("Words", "ner_tags"), ("tokens", "labels"), ("word", "label")])
def test_tags_of_another_count_in_every_row_are_still_tags(names: tuple[str, str]) -> None:
    rows = [dict(zip(names, ("Ann lives here", "B-PER O"), strict=True))] * 3
    refused(rows, "holds 2 tags for 3 words", 1, names[1])


def test_a_missing_cell_does_not_part_words_from_their_tags() -> None:
    cells = [("Ann lives here", None), ("Ann", "NOUN"), ("Ann sings", "NOUN VERB"), ("She sings here", "NOUN VERB ADV")]
    refused([{"words": words, "labels": tags} for words, tags in cells], "list of tags is missing", 1, "labels")


def test_words_with_a_label_of_the_whole_text_are_no_tags() -> None:
    assert kind_of([{"words": f"a film {row}", "label": label} for row, label in enumerate("abab")]) == "classification"


def test_a_whole_number_of_any_length_is_a_label_and_no_score() -> None:
    huge = 10**400
    assert open_task(table("text", "label", [huge, 1, huge, 1])).kind.space == ("1", str(huge))
    refused(table("text", "score", [0.5, 1.5, huge]), "is not finite", 3, "score")
