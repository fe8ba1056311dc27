"""The learning rate over a phase: a warm-up, then a decay."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from crosstask.method import Method


class Schedule(Method):
    """A factor on the learning rate: a linear warm-up from zero, then linear, cosine or no decay to zero."""

    warmup: Annotated[float, Field(ge=0, lt=1)] = 0.1
    """Share of the steps that warm up."""
    decay: Literal["linear", "cosine", "constant"] = "linear"
    """How the rate falls after the warm-up."""

    def factor(self, step: int, steps: int) -> float:
        """The factor of step `step`, counted from 0, of `steps`.

        >>> [round(Schedule(warmup=0.5).factor(step, 4), 2) for step in range(4)]
        [0.5, 1.0, 1.0, 0.5]
        """
        warm = round(self.warmup * steps)
        if step < warm:
            return (step + 1) / warm
        rest = (steps - step) / max(1, steps - warm)
        return {"linear": rest, "cosine": (1 - math.cos(math.pi * rest)) / 2, "constant": 1.0}[self.decay]
