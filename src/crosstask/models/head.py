"""Heads: the small networks on the trunk, one a task, each rebuilt from a plain config."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from crosstask.method import Method
from crosstask.registry import Registry


class Head(nn.Module):
    """States [batch, position, width] and mask [batch, position] to a task's outputs."""

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """Plain JSON values from which `build_head` makes an equal head with fresh weights."""

    @abstractmethod
    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        """The outputs, one row an example."""


class HeadConfig(Method):
    """A head as a value; one file a head in `models/heads/`."""

    @abstractmethod
    def build(self) -> Head:
        """The head, freshly initialised."""


HEADS: Registry[HeadConfig] = Registry("head", "crosstask.models.heads", "crosstask.heads")


def build_head(config: Mapping[str, Any]) -> Head:
    """The head that `config` (a head's `.config`) describes."""
    return HEADS.make(config).build()
