"""How a number spreads that is measured of targets: scores, or the lengths of texts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Spread:
    """The least and the largest of some numbers, with quantiles; `measure` says in words what they are."""

    measure: str
    min: float
    p5: float
    median: float
    p95: float
    max: float

    @classmethod
    def of(cls, measure: str, numbers: NDArray[np.float64]) -> Self | None:
        """The spread of numbers [any], None where there are none; a quantile is a number that occurs."""
        if not len(numbers):
            return None
        quantiles = np.quantile(numbers, (0, 0.05, 0.5, 0.95, 1), method="inverted_cdf")
        return cls(measure, *quantiles.tolist())

    def to_json(self) -> dict[str, Any]:
        """Plain JSON of every field."""
        return asdict(self)
