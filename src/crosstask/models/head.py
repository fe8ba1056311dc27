"""Heads: the small networks on the trunk, one a task, each rebuilt from a plain config."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from torch import Tensor, nn

from crosstask.method import Method
from crosstask.registry import Registry

if TYPE_CHECKING:
    from crosstask.models.tokens import Tokens
    from crosstask.models.trunk import Trunk


class Head(nn.Module):
    """A task's own network on the trunk: states [batch, position, width] to outputs."""

    reads_vocabulary: ClassVar[bool] = False
    """Whether it reads the trunk's LM head, so that training needs the whole vocabulary."""

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Plain JSON values from which `build_head` makes an equal head with fresh weights."""

    @abstractmethod
    def forward(self, states: Tensor, tokens: Tokens, trunk: Trunk) -> Tensor:
        """The outputs; `states` [batch, position, width] are what the trunk made of the tokens."""


class HeadConfig(Method):
    """A head as a value; one file a head in `models/heads/`."""

    @abstractmethod
    def build(self) -> Head:
        """The head, freshly initialised."""


HEADS: Registry[HeadConfig] = Registry("head", "crosstask.models.heads", "crosstask.heads")


def build_head(config: Mapping[str, Any]) -> Head:
    """The head that `config` (a head's `.config`) describes."""
    return HEADS.make(config).build()
