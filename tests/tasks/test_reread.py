"""Rows that are read anew."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.tasks.reread import Reread, in_chunks

PLACES = st.none() | st.integers(-9, 9)


@given(
    st.lists(st.integers(), max_size=6),
    st.slices(6) | st.builds(slice, PLACES, PLACES, st.sampled_from([1, 2, -1, -3])),
)
def test_it_is_a_sequence_like_a_list(rows: list[int], part: slice):
    reread = Reread.counted(partial(iter, rows))
    assert (len(reread), list(reread), list(reread), bool(reread)) == (len(rows), rows, rows, bool(rows))
    assert reread[part] == rows[part]
    for place in range(-len(rows), len(rows)):
        assert reread[place] == rows[place]
    with pytest.raises(IndexError):
        reread[len(rows)]


def test_one_row_is_read_at_a_time():
    read = []
    rows = Reread(lambda: (read.append(at) or at for at in range(10)), 10)
    assert rows[2] == 2
    assert read == [0, 1, 2]


@given(st.lists(st.integers()), st.integers(1, 5))
def test_chunks_hold_every_row_once(rows: list[int], size: int):
    chunks = list(in_chunks(rows, size))
    assert [row for chunk in chunks for row in chunk] == rows
    assert all(len(chunk) == size for chunk in chunks[:-1])
