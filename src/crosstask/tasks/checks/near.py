"""Near duplicates by MinHash and locality-sensitive hashing, with sketches and texts on disk.

The hashing only proposes; every proposal is checked by its exact similarity, so that the threshold means what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

import numpy as np

from crosstask.tasks.checks.bands import Bands
from crosstask.tasks.checks.buckets import CROWD, Ints
from crosstask.tasks.checks.keys import Key
from crosstask.tasks.checks.shingles import Shingles, shingles, similarity
from crosstask.tasks.checks.spool import Spool
from crosstask.tasks.reread import in_chunks

THRESHOLD = 0.7

# Proposals start below the threshold, for the hashing finds those at its own threshold by chance.
_SLACK = 0.85
_CHUNK = 100
_HELD = 2 * CROWD  # texts as sets of shingles, a crowd and more

Fields = Callable[[int], tuple[Shingles, ...]]


def near_pairs(
    keys: Iterable[Key], threshold: float = THRESHOLD, homes: Ints | None = None
) -> Iterator[tuple[int, int, float]]:
    """Pairs (i, j) with i < j of keys that are similar to at least `threshold`, with their similarity.

    Each key is compared with earlier ones, in a crowd of similar keys with a hundred of its first. Where `homes` [keys]
    are given, keys of one and the same home are not compared; that of a key with several is -1.
    """
    with Spool() as spool, Bands(_SLACK * threshold) as bands:
        for chunk in in_chunks(keys, _CHUNK):
            spool.extend(chunk)
            bands.extend([_pooled(_shingled(key)) for key in chunk])
        if not len(spool):
            return
        fields = lru_cache(_HELD)(lambda number: _shingled(spool[number]))
        for one, other in _proposals(bands, fields, np.full(len(spool), -1) if homes is None else homes):
            found = similarity(fields(one), fields(other))
            if found >= threshold:
                yield one, other, found


def _proposals(bands: Bands, fields: Fields, homes: Ints) -> Iterator[tuple[int, int]]:
    """The pairs of different homes that lie in one bucket, the later key in order, then the earlier."""
    for at, met in bands.meetings(homes):
        if any(fields(at)):
            yield from ((earlier, at) for earlier in met.tolist())


def _shingled(key: Key) -> tuple[Shingles, ...]:
    return tuple(map(shingles, key))


def _pooled(fields: tuple[Shingles, ...]) -> list[bytes]:
    # Where every field is near, so is the pool (the mediant lies above the smallest), hence no pair is missed by it.
    return [f"{at} {shingle}".encode() for at, field in enumerate(fields) for shingle in field]
