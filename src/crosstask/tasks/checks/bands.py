"""MinHash sketches cut into bands and hashed, in a temporary file; the one file that knows datasketch.

Broder, "On the resemblance and containment of documents" (1997): two sets agree in a value of their sketches with a
chance that is their Jaccard similarity. Sets that agree in all values of a band meet in a bucket.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

import numpy as np

from crosstask.tasks.checks.buckets import Buckets, Hashes, Ints
from crosstask.tasks.checks.temporary import Temporary

_PERMUTATIONS = 128
# A missed pair weighs nine times a wrong one: few pairs at the threshold are missed.
_WEIGHTS = (0.1, 0.9)
_CHUNK = 1 << 14


class Bands(Temporary):
    """The hashed bands of sets, numbered from 0 in the order in which they were added.

    Bands are as many and as wide as suits sets of a similarity of at least `threshold`. A context manager: the file
    goes when it is left.
    """

    def __init__(self, threshold: float) -> None:
        super().__init__()
        from datasketch import MinHashLSH

        chosen = MinHashLSH(threshold=threshold, num_perm=_PERMUTATIONS, weights=_WEIGHTS)
        self._shape: tuple[int, int] = (chosen.b, chosen.r)
        self._factors = np.random.default_rng(0).integers(1 << 63, size=chosen.r, dtype=np.uint64)

    def extend(self, sets: Sequence[Sequence[bytes]]) -> None:
        """Add sets."""
        from datasketch import MinHash

        sketches = MinHash.generator(sets, num_perm=_PERMUTATIONS, hashfunc=zlib.crc32)
        bands, width = self._shape
        values = np.array([sketch.hashvalues[: bands * width] for sketch in sketches], dtype=np.uint64)
        hashed = (values.reshape(-1, bands, width) * self._factors).sum(axis=-1, dtype=np.uint64)
        self._file.write(hashed.tobytes())

    def meetings(self, homes: Ints) -> Iterator[tuple[int, Ints]]:
        """Each set that meets earlier ones of other `homes` [sets], by number, with these: a crowd at most."""
        with Buckets(homes) as buckets:
            for band in range(self._shape[0]):
                buckets.add(self._column(band))
            yield from buckets.meetings()

    def _column(self, band: int) -> Hashes:
        """The hashes of one band: [sets]."""
        self._file.seek(0)
        parts = iter(lambda: self._file.read(_CHUNK * 8 * self._shape[0]), b"")
        rows = (np.frombuffer(part, np.uint64).reshape(-1, self._shape[0]) for part in parts)
        return np.concatenate([part[:, band].copy() for part in rows])
