"""Fixed splits: of copies one stays, and where a row goes depends on its words alone."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from crosstask.tasks.fixed_splits import divided, in_fixed_order, without_copies, words_of

ROWS = st.lists(st.tuples(st.text("ab .!", max_size=6), st.sampled_from("xy")), max_size=40)


def chosen(rows: list[tuple[str, str]]) -> dict[str, tuple[str, str]]:
    return without_copies(rows, lambda row: words_of(row[0]), lambda row: row[1])


@given(ROWS)
def test_copies_that_agree_leave_one_and_others_none(rows: list[tuple[str, str]]) -> None:
    found = chosen(rows)
    for words in {words_of(text) for text, _ in rows}:
        same = [row for row in rows if words_of(row[0]) == words]
        expected = same[0] if words and len({label for _, label in same}) == 1 else None
        assert found.get(words) == expected


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(rows: list[tuple[str, str]], random) -> None:
    shuffled = random.sample(rows, len(rows))
    assert [words_of(text) for text, _ in in_fixed_order(chosen(rows))] == [
        words_of(text) for text, _ in in_fixed_order(chosen(shuffled))
    ]


@given(st.lists(st.sampled_from("xyz"), max_size=60), st.integers(0, 5), st.integers(0, 5))
def test_each_stratum_gives_its_rows_to_test_first(strata: list[str], test: int, validation: int) -> None:
    places = list(divided(strata, str, test, validation))
    assert [row for _, row in places] == strata
    for name, rows in Counter(strata).items():
        splits = [split for split, row in places if row == name]
        held_out = min(rows, test), min(max(rows - test, 0), validation)
        assert splits == ["test"] * held_out[0] + ["validation"] * held_out[1] + ["train"] * (rows - sum(held_out))
