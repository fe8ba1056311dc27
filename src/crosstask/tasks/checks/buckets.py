"""The buckets that sets lie in, in a temporary file: of each set, the earlier ones that it shares a bucket with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstask.tasks.checks.temporary import Temporary

Ints = NDArray[np.int64]
Hashes = NDArray[np.uint64]
Numbers = NDArray[np.uint32]

CROWD = 100
"""Sets of a bucket that later ones meet: so many first ones, so that like rows take no square time."""

_CHUNK = 1 << 14
_MEMBER = np.dtype(np.uint32)
_LINK = np.dtype([("start", np.uint32), ("earlier", np.uint8)])
"""Where the members of a set's bucket begin, and how many of them the set meets."""


class Buckets(Temporary):
    """Sets by the buckets of several bands, numbered from 0 on. A context manager: the file goes when it is left.

    `homes` [sets] says which home a set has, -1 where it has several. Where all the sets of a bucket have one and the
    same home, they do not meet.
    """

    def __init__(self, homes: Ints) -> None:
        super().__init__()
        self._homes = homes
        self._places: list[tuple[int, int]] = []  # of each band, where its members begin and where its links do

    def add(self, hashes: Hashes) -> None:
        """Add a band, given by the hash of each set: sets of one hash lie in one bucket."""
        members, sizes = _crowded(hashes, self._homes)
        starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
        links = np.zeros(len(hashes), _LINK)
        links["start"][members] = starts
        links["earlier"][members] = np.minimum(np.arange(len(members)) - starts, CROWD)
        self._places.append((self._file.tell(), self._file.tell() + members.nbytes))
        self._file.write(members.tobytes())
        self._file.write(links.tobytes())

    def meetings(self) -> Iterator[tuple[int, Ints]]:
        """Each set that meets earlier ones of other homes, by number, with these: a crowd at most.

        Of more than a crowd they are those that share the most bands with it.
        """
        for first in range(0, len(self._homes), _CHUNK):
            links = self._links(first)
            for at in np.flatnonzero(links["earlier"].any(axis=0)).tolist():
                met = self._others(first + at, self._members(links[:, at]))
                if len(met):
                    yield first + at, met

    def _links(self, first: int) -> NDArray[np.void]:
        """The links of a chunk of sets: [bands, chunk]."""
        sets = min(_CHUNK, len(self._homes) - first)
        return np.stack([self._read(links + first * _LINK.itemsize, sets, _LINK) for _, links in self._places])

    def _members(self, links: NDArray[np.void]) -> Numbers:
        """The first members of the buckets of one set: [members], once for each band that it shares with them."""
        found = zip(self._places, links["start"].tolist(), links["earlier"].tolist(), strict=True)
        reads = ((members + start * _MEMBER.itemsize, earlier) for (members, _), start, earlier in found)
        return np.concatenate([self._read(place, earlier, _MEMBER) for place, earlier in reads if earlier])

    def _others(self, at: int, members: Numbers) -> Ints:
        """The members that have another home than a set, those with the most bands where they are more than a crowd."""
        home = self._homes[at]
        elsewhere = members[(home < 0) | (self._homes[members] != home)]
        numbers, bands = np.unique(elsewhere.astype(np.int64), return_counts=True)
        return np.sort(numbers[np.argsort(-bands, kind="stable")[:CROWD]])

    def _read(self, place: int, count: int, dtype: np.dtype[Any]) -> NDArray[Any]:
        self._file.seek(place)
        return np.frombuffer(self._file.read(count * dtype.itemsize), dtype)


def _crowded(hashes: Hashes, homes: Ints) -> tuple[Numbers, Ints]:
    """The sets that share a hash with one of another home, bucket by bucket [found], and the sizes of the buckets."""
    order = np.argsort(hashes, kind="stable")
    starts = np.flatnonzero(np.diff(hashes[order], prepend=~hashes[order[:1]]))
    sizes = np.diff(starts, append=len(order))
    least, most = (reduced.reduceat(homes[order], starts) for reduced in (np.minimum, np.maximum))
    meet = (sizes > 1) & ((least < most) | (least < 0))
    return order[np.repeat(meet, sizes)].astype(np.uint32), sizes[meet]
