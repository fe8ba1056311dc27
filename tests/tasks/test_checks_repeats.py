"""Duplicates, conflicts, balance and lengths of one split."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.tasks.cells import on_one_line
from crosstask.tasks.checks.balance import Balance
from crosstask.tasks.checks.keys import key
from crosstask.tasks.checks.lengths import lengths
from crosstask.tasks.checks.repeats import Repeats, repeats
from crosstask.tasks.checks.tally import Reading, Tally, tally
from crosstask.tasks.kind import Kind
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.kinds.generation import Generation
from crosstask.tasks.kinds.regression import Regression
from crosstask.tasks.task import Example

KIND = Classification()


def split(*rows: tuple[str, Any]) -> list[Example]:
    return [Example({"text": text}, target, row) for row, (text, target) in enumerate(rows, start=1)]


def tallied(rows: list[Example], kind: Kind = KIND) -> Tally:
    return tally(rows, kind, lambda kind, chunk: [Reading(1)] * len(chunk))


def repeated(rows: list[Example], kind: Kind = KIND) -> Repeats:
    return repeats(rows, tallied(rows, kind), kind)


def test_repeats_ignore_case_and_white_space_but_not_punctuation():
    found = repeated(split(("Good  film", "pos"), ("good film\n", "pos"), ("good film!", "pos"), ("GOOD FILM", "pos")))
    assert (found.duplicates, found.conflicts) == (2, 0)
    match = found.duplicate_rows[0]
    assert (match.row, match.other, match.text) == (2, 1, "good film")


def test_conflicts_count_every_row_of_the_input_and_show_two_that_differ():
    found = repeated(split(("meh", "neg"), ("Meh", "neg"), ("fine", "pos"), ("meh ", "pos")))
    assert (found.duplicates, found.conflicts) == (2, 3)
    clash = found.conflict_rows[0]
    assert (clash.row, clash.target, clash.other, clash.other_target) == (4, "pos", 1, "neg")


def test_fields_are_not_run_together():
    rows = [Example({"text": "a b", "text_pair": "c"}, "x", 1), Example({"text": "a", "text_pair": "b c"}, "x", 2)]
    assert repeated(rows).duplicates == 0


def test_balance_counts_the_most_frequent_first_and_leaves_out_rows_without_a_label():
    found = Balance.of(tallied(split(("a", "rare"), *[(str(at), "often") for at in range(6)], ("b", None))).names)
    assert list(found.counts.items()) == [("often", 6), ("rare", 1)]
    assert found.ratio == 6
    assert found.skewed
    assert not Balance.of({"x": 1, "y": 1}).skewed


def test_scores_are_in_conflict_and_texts_to_be_written_are_not():
    scores, texts = split(("a", -1.0), ("a", -2.0)), split(("a", ("b",)), ("a", ("c",)))
    assert (repeated(scores, Regression()).conflicts, repeated(texts, Generation()).conflicts) == (2, 0)
    assert repeated(scores, Regression()).conflict_rows[0].target == "-2"


def test_a_target_is_shown_shortened():
    (match,) = repeated(split(("a", ("long text " * 50,)), ("A", ("b",))), Generation()).duplicate_rows
    assert (len(match.other_target), match.target) == (120, "b")


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), max_size=12))
def test_repeats_agree_with_going_through_groups(rows: list[tuple[str, str]]):
    groups = [[answer for text, answer in rows if text == one] for one in dict(rows)]
    found = repeated(split(*rows))
    assert found.duplicates == sum(len(group) - 1 for group in groups)
    assert found.conflicts == sum(len(group) for group in groups if len(set(group)) > 1)
    assert [match.text for match in found.duplicate_rows] == [
        one for one, group in zip(dict(rows), groups, strict=True) if group[1:]
    ]
    assert all(match.target != match.other_target for match in found.conflict_rows)


def test_a_long_text_is_shown_shortened_on_one_line():
    text = on_one_line(Example({"text": "one\ntwo " * 50, "text_pair": "x"}).texts, limit=20)
    assert len(text) == 20
    assert text == "one two one two one…"


@given(st.lists(st.integers(1, 600), min_size=1), st.integers(1, 600))
def test_lengths_agree_with_counting(tokens: list[int], limit: int):
    found = lengths(tokens, [length - limit for length in tokens if length > limit], len(tokens), limit)
    assert found.cut == pytest.approx(sum(length > limit for length in tokens) / len(tokens))
    assert found.lost == pytest.approx(1 - sum(min(length, limit) for length in tokens) / sum(tokens))
    assert found.longest == max(tokens)
    assert found.median <= found.p95 <= found.longest
    assert sum(length <= found.p95 for length in tokens) >= 0.95 * len(tokens)


@given(st.text(), st.text(alphabet=" \t\n"))
def test_the_key_forgets_white_space_and_case(text: str, space: str):
    assert key(Example({"text": f"{space}{text}{space}"})) == key(Example({"text": text}))
    assert key(Example({"text": text.casefold()})) == key(Example({"text": text}))
