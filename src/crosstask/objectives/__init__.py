"""Objectives: a way to learn a kind with a trunk. One file a way, named KIND_WAY."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from crosstask.errors import NotFound, nearest
from crosstask.method import Method
from crosstask.registry import Registry, parse_spec

if TYPE_CHECKING:
    import numpy as np
    import torch

    from crosstask.models.head import Head
    from crosstask.models.text_encoder import Encoding, TextEncoder
    from crosstask.models.tokens import Tokens
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Example


@dataclass(frozen=True, slots=True)
class Features:
    """One example as numbers: its tokens, its target (None where there is none) and its weight in the loss."""

    encoding: Encoding
    target: Any = None
    weight: float = 1.0


@dataclass(frozen=True)
class Batch:
    """Features padded together: `targets` as the objective shapes them, `weights` [batch]."""

    tokens: Tokens
    targets: torch.Tensor
    weights: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on `device`."""
        if self.weights.device == device:
            return self
        return replace(
            self,
            tokens=self.tokens.to(device),
            targets=self.targets.to(device, non_blocking=True),
            weights=self.weights.to(device, non_blocking=True),
        )


class Objective(Method):
    """Turns a kind's examples into features, outputs into a loss, and outputs into prediction records.

    It knows tasks and tensors, and nothing of the loop. A new way is one file here.
    """

    @abstractmethod
    def head(self, kind: Kind, width: int) -> Head:
        """A fresh head for `kind` on states of `width`."""

    @abstractmethod
    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """The examples as features, in their order; class weights follow from these examples' own labels."""

    @abstractmethod
    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """The features padded to the longest of them."""

    @abstractmethod
    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """The weighted loss summed over the rows of the batch (a scalar); the loop divides by the summed weights."""

    @abstractmethod
    def decode(self, kind: Kind, outputs: np.ndarray, temperature: float = 1.0) -> list[Mapping[str, Any]]:
        """The kind's prediction records from model outputs [rows, ...]."""


OBJECTIVES: Registry[Objective] = Registry("objective", "crosstask.objectives", "crosstask.objectives")


def objective_for(kind: Kind, way: str | Mapping[str, Any] | Objective) -> Objective:
    """The objective that learns `kind` in `way`: for a classification, `head` stands for `classification_head`."""
    if isinstance(way, Objective):
        return way
    if isinstance(way, Mapping):
        return OBJECTIVES.make({**way, "name": _full_name(kind, str(way.get("name", "head")))})
    name, options = parse_spec(way)
    return OBJECTIVES.make({**options, "name": _full_name(kind, name)})


def _full_name(kind: Kind, way: str) -> str:
    prefix = f"{kind.method_name()}_"
    ways = [name.removeprefix(prefix) for name in OBJECTIVES.names() if name.startswith(prefix)]
    short = way.removeprefix(prefix)
    if short not in ways:
        message = f"no way to learn a {kind.method_name()} is called '{way}'"
        raise NotFound(message, field="objective", mend=nearest(short, ways))
    return prefix + short
