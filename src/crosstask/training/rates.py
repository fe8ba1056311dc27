"""How fast parameters move: learning rates, schedule, weight decay, clipping."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from crosstask.method import Method
from crosstask.training.schedule import Schedule


class Rates(Method):
    """The optimizer's numbers. AdamW (Loshchilov & Hutter 2019) with decay on weight matrices only."""

    learning_rate: Annotated[float, Field(gt=0)] = 5e-5
    """Peak learning rate of the trunk."""
    head_learning_rate: Annotated[float | None, Field(gt=0)] = None
    """Peak learning rate of the heads; by default the trunk's."""
    weight_decay: Annotated[float, Field(ge=0)] = 0.01
    """Decay of weight matrices."""
    clip: Annotated[float, Field(gt=0)] = 1.0
    """Largest gradient norm."""
    schedule: Schedule = Schedule()
    """The factor on the rates over the phase."""
