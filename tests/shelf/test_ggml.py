"""Quantized blocks against a transcription of their layout, value by value."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.shelf.ggml import StoredTensor, as_written


def q4_0(block: bytes) -> list[float]:
    scale, *pairs = struct.unpack("<e16B", block)
    return [(pair % 16 - 8) * scale for pair in pairs] + [(pair // 16 - 8) * scale for pair in pairs]


def q4_1(block: bytes) -> list[float]:
    scale, least, *pairs = struct.unpack("<ee16B", block)
    return [pair % 16 * scale + least for pair in pairs] + [pair // 16 * scale + least for pair in pairs]


def q8_0(block: bytes) -> list[float]:
    scale, *values = struct.unpack("<e32b", block)
    return [value * scale for value in values]


LAYOUTS: list[tuple[str, str, int, Callable[[bytes], list[float]]]] = [
    ("Q4_0", "<e", 16, q4_0),
    ("Q4_1", "<ee", 16, q4_1),
    ("Q8_0", "<e", 32, q8_0),
]


@pytest.mark.parametrize(("kind", "scales", "size", "decode"), LAYOUTS, ids=[kind for kind, *_ in LAYOUTS])
@given(data=st.data())
def test_blocks_are_decoded(kind: str, scales: str, size: int, decode: Callable, data: st.DataObject) -> None:
    scale = st.floats(-4, 4, width=16)
    block = st.builds(
        lambda found, values: struct.pack(scales, *found) + values,
        st.tuples(*[scale] * scales.count("e")),
        st.binary(min_size=size, max_size=size),
    )
    rows = data.draw(st.lists(st.lists(block, min_size=2, max_size=2), min_size=1, max_size=3))
    stored = np.array([list(b"".join(row)) for row in rows], np.uint8)
    expected = np.array([[value for part in row for value in decode(part)] for row in rows])
    decoded = StoredTensor(kind, stored).decode()
    assert decoded.dtype == np.float16
    assert np.allclose(decoded, expected, rtol=2**-11, atol=2**-24)


def test_many_rows_are_decoded_like_few() -> None:
    rows = np.random.default_rng(0).integers(0, 60, (9000, 36), np.uint8)
    decoded = StoredTensor("Q4_0", rows).decode()
    for row in (0, 4095, 4096, 8999):
        assert np.array_equal(decoded[row], StoredTensor("Q4_0", rows[row : row + 1]).decode()[0])


def test_float32_stays_as_it_is() -> None:
    values = np.array([1.0000001, 1e-30], np.float32)
    assert StoredTensor("F32", values).decode() is values


@given(st.floats(2**-99, 2**99, width=32))
def test_a_number_read_from_float32_is_the_shortest_that_gives_it(value: float) -> None:
    assert np.float32(as_written(value)) == np.float32(value)
    assert len(repr(as_written(value))) <= len(repr(value))
