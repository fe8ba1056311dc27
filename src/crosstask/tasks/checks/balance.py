"""How targets are spread over their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

SKEWED = 5.0


@dataclass(frozen=True)
class Balance:
    """Rows by label, or spans, most frequent first."""

    counts: Mapping[str, int]

    @classmethod
    def of(cls, counts: Mapping[str, int]) -> Self:
        """The balance of counts in any order; equal ones come by name."""
        return cls(dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))

    @property
    def ratio(self) -> float:
        """The count of the largest label over that of the smallest; 1 is balance."""
        return max(self.counts.values()) / min(self.counts.values()) if self.counts else 1.0

    @property
    def skewed(self) -> bool:
        """Whether accuracy alone would mislead: the largest label has over five times the rows of the smallest."""
        return self.ratio > SKEWED
