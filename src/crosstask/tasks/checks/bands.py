"""MinHash sketches cut into bands and hashed, in a temporary file; the one file that knows datasketch.

Broder, "On the resemblance and containment of documents" (1997): two sets agree in a value of their sketches with a
chance that is their Jaccard similarity. Sets that agree in all values of a band meet in a bucket.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Numbers = NDArray[np.uint32]

_PERMUTATIONS = 128
# A missed pair weighs nine times a wrong one: few pairs at the threshold are missed.
_WEIGHTS = (0.1, 0.9)
_CHUNK = 1 << 14


class Bands:
    """The hashed bands of sets, numbered from 0 in the order in which they were added.

    Bands are as many and as wide as suits sets of a similarity of at least `threshold`. A context manager: the file
    goes when it is left.
    """

    def __init__(self, threshold: float) -> None:
        from datasketch import MinHashLSH

        chosen = MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS, weights=_WEIGHTS)
        self._shape: tuple[int, int] = (chosen.b, chosen.r)
        self._factors = np.random.default_rng(0).integers(1 << 63, size=chosen.r, dtype=np.uint64)
        self._file = TemporaryFile()  # noqa: SIM115  # closed by this class's own exit

    def extend(self, sets: Sequence[Sequence[bytes]]) -> None:
        """Add sets."""
        from datasketch import MinHash

        sketches = MinHash.generator(sets, num_perm=_PERMUTATIONS, hashfunc=zlib.crc32)
        bands, width = self._shape
        values = np.array([sketch.hashvalues[: bands * width] for sketch in sketches], dtype=np.uint64)
        hashed = (values.reshape(-1, bands, width) * self._factors).sum(axis=-1, dtype=np.uint64)
        self._file.write(hashed.tobytes())

    def meetings(self, homes: Ints) -> Iterator[tuple[int, Numbers]]:
        """Each set that meets another one, by number, with the buckets that it lies in.

        `homes` [sets] says which home a set has, -1 where it has several. Where all the sets of a bucket have one and
        the same home, they do not meet.
        """
        sets, buckets = _numbered_on([_crowded(self._column(band), homes) for band in range(self._shape[0])])
        order = np.argsort(sets, kind="stable")
        starts = np.flatnonzero(np.diff(sets[order], prepend=~sets[order[:1]]))
        for start, end in pairwise([*starts.tolist(), len(order)]):
            yield int(sets[order[start]]), buckets[order[start:end]]

    def _column(self, band: int) -> NDArray[np.uint64]:
        """The hashes of one band: [sets]."""
        self._file.seek(0)
        parts = iter(lambda: self._file.read(_CHUNK * 8 * self._shape[0]), b"")
        rows = (np.frombuffer(part, np.uint64).reshape(-1, self._shape[0]) for part in parts)
        return np.concatenate([part[:, band].copy() for part in rows])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def _crowded(hashes: NDArray[np.uint64], homes: Ints) -> tuple[Numbers, Numbers]:
    """The sets that share a hash with one of another home, and the number of their bucket, from 0 on: [found] twice."""
    order = np.argsort(hashes, kind="stable")
    starts = np.flatnonzero(np.diff(hashes[order], prepend=~hashes[order[:1]]))
    sizes = np.diff(starts, append=len(order))
    least, most = (reduced.reduceat(homes[order], starts) for reduced in (np.minimum, np.maximum))
    meet = (sizes > 1) & ((least < most) | (least < 0))
    sets = order[np.repeat(meet, sizes)].astype(np.uint32)
    return sets, np.repeat(np.arange(meet.sum(), dtype=np.uint32), sizes[meet])


def _numbered_on(found: Sequence[tuple[Numbers, Numbers]]) -> tuple[Numbers, Numbers]:
    """The sets and the buckets of all bands, with buckets of numbers of their own: [found] twice."""
    firsts = np.cumsum([0, *(len(np.unique(buckets)) for _, buckets in found)]).astype(np.uint32)
    numbered = [buckets + first for (_, buckets), first in zip(found, firsts, strict=False)]
    return np.concatenate([sets for sets, _ in found]), np.concatenate(numbered)
