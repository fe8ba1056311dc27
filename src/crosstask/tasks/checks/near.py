"""Near duplicates by MinHash and locality-sensitive hashing; the one file that knows datasketch.

Broder, "On the resemblance and containment of documents" (1997). The hashing only proposes; every proposal is checked
by its exact similarity, so that the threshold means what it says.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from crosstask.tasks.checks.keys import Key
from crosstask.tasks.checks.shingles import Shingles, shingles, similarity

THRESHOLD = 0.7

_PERMUTATIONS = 128
# Proposals start below the threshold and weigh a missed pair nine times a wrong one: few pairs at it are missed.
_SLACK = 0.85
_WEIGHTS = (0.1, 0.9)
# A text with more proposals than this is not proposed itself, so that rows written by one template take no square time.
_CROWD = 100


def near_pairs(keys: Sequence[Key], threshold: float = THRESHOLD) -> Iterator[tuple[int, int, float]]:
    """Pairs (i, j) with i < j of keys that are similar to at least `threshold`, with their similarity.

    Each key is compared with the earlier ones; of a crowd of over a hundred similar keys only the first are.
    """
    from datasketch import MinHash, MinHashLSH

    fields = [tuple(map(shingles, key)) for key in keys]
    index = MinHashLSH(threshold=_SLACK * threshold, num_perm=_PERMUTATIONS, weights=_WEIGHTS)
    sketches = MinHash.generator(map(_pooled, fields), num_perm=_PERMUTATIONS, hashfunc=zlib.crc32)
    for at, sketch in enumerate(sketches):
        proposals = index.query(sketch) if any(fields[at]) else []
        for earlier in sorted(proposals):
            found = similarity(fields[earlier], fields[at])
            if found >= threshold:
                yield earlier, at, found
        if any(fields[at]) and len(proposals) <= _CROWD:
            index.insert(at, sketch, check_duplication=False)


def _pooled(fields: tuple[Shingles, ...]) -> list[bytes]:
    # Where every field is near, so is the pool (the mediant lies above the smallest), hence no pair is missed by it.
    return [f"{at} {shingle}".encode() for at, field in enumerate(fields) for shingle in field]
