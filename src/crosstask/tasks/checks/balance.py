"""How a split's rows are spread over the labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from crosstask.tasks.task import Split

SKEWED = 5.0


@dataclass(frozen=True)
class Balance:
    """Rows by label, most frequent first."""

    counts: Mapping[str, int]

    @property
    def ratio(self) -> float:
        """Rows of the largest label over rows of the smallest; 1 is balance."""
        return max(self.counts.values()) / min(self.counts.values()) if self.counts else 1.0

    @property
    def skewed(self) -> bool:
        """Whether accuracy alone would mislead: the largest label has over five times the rows of the smallest."""
        return self.ratio > SKEWED


def balance(split: Split) -> Balance:
    """Label counts of one split; rows without a target are left out."""
    counts = Counter(str(example.target) for example in split.examples if example.target is not None)
    return Balance(dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))))
