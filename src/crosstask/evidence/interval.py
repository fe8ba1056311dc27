"""An estimate with its interval."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the bounds that hold the true value with probability `level`.

    `over` says what varies in it: "rows", "draws", "rows and draws".
    """

    value: float
    low: float
    high: float
    level: float = 0.95
    over: str = "rows"

    def to_json(self) -> dict[str, float | str]:
        """Plain JSON: value, low, high, level, over."""
        return {"value": self.value, "low": self.low, "high": self.high, "level": self.level, "over": self.over}

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"
