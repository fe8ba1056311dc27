"""The only model class: one trunk and a head for each task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Self

from torch import Tensor, nn

from crosstask.models.head import Head
from crosstask.models.safe_name import name_of, safe_name
from crosstask.models.tokens import Tokens
from crosstask.models.trunk import Trunk

if TYPE_CHECKING:
    from crosstask.models.tuning import Tuning


class MultiTaskModel(nn.Module):
    """A trunk shared by the heads of one or more tasks.

    Whatever part of it trains no parameter stays in evaluation mode, so frozen layers have no dropout. `attached`
    holds, by name, the tunings that have added parts to it.
    """

    def __init__(self, trunk: Trunk, heads: Mapping[str, Head]) -> None:
        super().__init__()
        self.trunk = trunk
        self.attached: dict[str, Tuning] = {}
        self.heads = nn.ModuleDict({safe_name(task): head for task, head in heads.items()})

    @property
    def tasks(self) -> tuple[str, ...]:
        """The names of the tasks that have a head, in their order."""
        return tuple(name_of(key) for key in self.heads)

    def head(self, task: str) -> Head:
        """The head of `task`."""
        head = self.heads[safe_name(task)]
        assert isinstance(head, Head)  # noqa: S101  ModuleDict forgets the type
        return head

    def forward(self, task: str, tokens: Tokens) -> Tensor:
        """The outputs of the head of `task` for a batch."""
        outputs: Tensor = self.head(task)(self.trunk(tokens), tokens, self.trunk)
        return outputs

    def train(self, mode: bool = True) -> Self:
        """Training mode, or evaluation mode, for what trains; evaluation mode for what is frozen."""
        super().train(mode)
        for module in self.modules() if mode else ():
            weights = list(module.parameters())
            if weights and not any(weight.requires_grad for weight in weights):
                module.eval()
        return self
