"""How fast parameters move: learning rates, schedule, weight decay, clipping."""

from __future__ import annotations

from pydantic import Field

from crosstask.method import Method
from crosstask.training.schedule import Schedule


class Rates(Method):
    """The optimizer's numbers. AdamW (Loshchilov & Hutter 2019) with decay on weight matrices only."""

    learning_rate: float = Field(5e-5, gt=0, description="peak learning rate of the trunk")
    head_learning_rate: float | None = Field(None, gt=0, description="peak learning rate of the heads")
    weight_decay: float = Field(0.01, ge=0)
    clip: float = Field(1.0, gt=0, description="largest gradient norm")
    schedule: Schedule = Schedule()
