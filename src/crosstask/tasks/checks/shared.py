"""What the rows of one split share with another."""

from __future__ import annotations

import numpy as np

from crosstask.tasks.checks.compared_splits import Held
from crosstask.tasks.checks.match import SHOWN

_NEAR, _EXACT = 1, 2


class Shared:
    """Of each input of a target whether it stands in a source too, is near to one there, or neither.

    A byte an input is held, and for the first near ones what they are nearest to.
    """

    def __init__(self, source: Held, target: Held) -> None:
        self.source, self.target = source, target
        self._found = _EXACT * np.isin(target.inputs, source.inputs).astype(np.uint8)  # [inputs of the target]
        self._nearest: dict[int, tuple[float, int]] = {}

    def add(self, number: int, original: int, similarity: float) -> None:
        """Take in that an input of the target is near to one of the source; nothing, where it stands there itself."""
        at = np.searchsorted(self.target.inputs, number)
        if self._found[at] == _EXACT:
            return
        self._found[at] = _NEAR
        if number in self._nearest or len(self._nearest) < SHOWN:
            self._nearest[number] = max(self._nearest.get(number, (0.0, 0)), (similarity, original), key=_similarity)

    @property
    def exact(self) -> int:
        """The rows of the target that repeat a row of the source."""
        return int(self.target.rows[self._found == _EXACT].sum())

    @property
    def near(self) -> int:
        """The rows of the target that are only near to one of the source."""
        return int(self.target.rows[self._found == _NEAR].sum())

    def pairs(self) -> list[tuple[int, int, float]]:
        """Some rows of the target with rows of the source, and how alike they are: exact ones, then near ones."""
        exact = np.flatnonzero(self._found == _EXACT)
        first = exact[np.argsort(self.target.first[exact])[:SHOWN]]
        alike = [(number, number, 1.0) for number in self.target.inputs[first].tolist()]
        alike += [(number, original, similarity) for number, (similarity, original) in self._nearest.items()]
        return [
            (self.target.first_of(one), self.source.first_of(other), similarity) for one, other, similarity in alike
        ]


def _similarity(found: tuple[float, int]) -> float:
    return found[0]
