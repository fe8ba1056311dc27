"""What objectives share whose head reads one vector a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from crosstask.choices import spec
from crosstask.objectives import Objective

if TYPE_CHECKING:
    from crosstask.models.heads.classifier import ClassifierHead
    from crosstask.models.trunk import Trunk


class PooledObjective(Objective):
    """An objective with a linear layer on the pooled states."""

    pooling: Annotated[str, spec("crosstask.models.pooling:POOLINGS")] | None = Field(
        None, description="how token states become one vector: a pooling; if not said: mean, and last on a decoder"
    )
    dropout: float = Field(0.1, ge=0, lt=1, description="dropout on the pooled vector")

    def pooled_head(self, trunk: Trunk, outputs: int) -> ClassifierHead:
        """A fresh head of so many outputs."""
        from crosstask.models.heads.classifier import ClassifierHead
        from crosstask.models.pooling import default_pooling

        return ClassifierHead(trunk.width, outputs, self.pooling or default_pooling(trunk), self.dropout)
