"""Duplicates, conflicts, balance and lengths of one split."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.tasks.checks.balance import balance
from crosstask.tasks.checks.keys import key
from crosstask.tasks.checks.lengths import lengths
from crosstask.tasks.checks.match import shortened
from crosstask.tasks.checks.repeats import repeats
from crosstask.tasks.task import Example, Split


def split(*rows: tuple[str, str | None]) -> Split:
    return Split([Example({"text": text}, target, row) for row, (text, target) in enumerate(rows, start=1)])


def test_repeats_ignore_case_and_white_space_but_not_punctuation():
    found = repeats(split(("Good  film", "pos"), ("good film\n", "pos"), ("good film!", "pos"), ("GOOD FILM", "pos")))
    assert (found.duplicates, found.conflicts) == (2, 0)
    match = found.duplicate_rows[0]
    assert (match.row, match.other, match.text) == (2, 1, "good film")


def test_conflicts_count_every_row_of_the_input_and_show_two_that_differ():
    found = repeats(split(("meh", "neg"), ("Meh", "neg"), ("fine", "pos"), ("meh ", "pos")))
    assert (found.duplicates, found.conflicts) == (2, 3)
    clash = found.conflict_rows[0]
    assert (clash.row, clash.target, clash.other, clash.other_target) == (4, "pos", 1, "neg")


def test_fields_are_not_run_together():
    rows = [Example({"text": "a b", "text_pair": "c"}, "x", 1), Example({"text": "a", "text_pair": "b c"}, "x", 2)]
    assert repeats(Split(rows)).duplicates == 0


def test_balance_counts_the_most_frequent_first_and_leaves_out_rows_without_a_label():
    found = balance(split(*[("a", "rare")], *[(str(at), "often") for at in range(6)], ("b", None)))
    assert list(found.counts.items()) == [("often", 6), ("rare", 1)]
    assert found.ratio == 6
    assert found.skewed
    assert not balance(split(("a", "x"), ("b", "y"))).skewed


def test_a_long_text_is_shown_shortened_on_one_line():
    text = shortened(Example({"text": "one\ntwo " * 50, "text_pair": "x"}), limit=20)
    assert len(text) == 20
    assert text == "one two one two one…"


@given(st.lists(st.integers(1, 600), min_size=1), st.integers(1, 600))
def test_lengths_agree_with_counting(tokens: list[int], limit: int):
    found = lengths(tokens, limit)
    assert found.cut == pytest.approx(sum(length > limit for length in tokens) / len(tokens))
    assert found.lost == pytest.approx(1 - sum(min(length, limit) for length in tokens) / sum(tokens))
    assert found.longest == max(tokens)
    assert found.median <= found.p95 <= found.longest
    assert sum(length <= found.p95 for length in tokens) >= 0.95 * len(tokens)


@given(st.text(), st.text(alphabet=" \t\n"))
def test_the_key_forgets_white_space_and_case(text: str, space: str):
    assert key(Example({"text": f"{space}{text}{space}"})) == key(Example({"text": text}))
    assert key(Example({"text": text.casefold()})) == key(Example({"text": text}))
