"""How fast parameters move: learning rates, schedule, weight decay, clipping."""

from __future__ import annotations

from dataclasses import dataclass

from crosstask.training.schedule import Schedule


@dataclass(frozen=True)
class Rates:
    """The optimizer's numbers, checked where a user gives them: `runs/options.py` holds their bounds and defaults.

    AdamW (Loshchilov & Hutter 2019) with decay on weight matrices only, and gradients clipped to the norm `clip`. The
    rates are peaks; heads without one of their own have the trunk's.
    """

    learning_rate: float
    head_learning_rate: float | None
    weight_decay: float
    clip: float
    schedule: Schedule
