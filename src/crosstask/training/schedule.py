"""The learning rate over a phase: a warm-up, then a decay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Decay: TypeAlias = Literal["linear", "cosine", "constant"]
"""How a rate falls after the warm-up."""


@dataclass(frozen=True)
class Schedule:
    """A factor on the learning rate: a linear warm-up from zero, then linear, cosine or no decay to zero.

    `warmup` is the share of the steps that warm up.
    """

    warmup: float
    decay: Decay

    def factor(self, step: int, steps: int) -> float:
        """The factor of step `step`, counted from 0, of `steps`.

        >>> [round(Schedule(0.5, "linear").factor(step, 4), 2) for step in range(4)]
        [0.5, 1.0, 1.0, 0.5]
        """
        warm = round(self.warmup * steps)
        if step < warm:
            return (step + 1) / warm
        rest = (steps - step) / max(1, steps - warm)
        return {"linear": rest, "cosine": (1 - math.cos(math.pi * rest)) / 2, "constant": 1.0}[self.decay]
