"""The finish seam: which weights a run ends with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from torch import Tensor


class Finish(Protocol):
    """Watches validation scores while a run goes on, and settles its weights (by name) at the end."""

    def observe(self, weights: Mapping[str, Tensor], step: int, score: float) -> bool:
        """Take in the score after `step`; True asks the run to stop here."""

    def settle(self, weights: Mapping[str, Tensor]) -> int | None:
        """Overwrite the weights with the chosen ones; the step they are of, None for the last."""

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Tensors and plain values for a checkpoint."""

    def load_state(self, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
        """Take back what `state()` gave."""


class KeepLast:
    """The weights of the last step."""

    def observe(self, weights: Mapping[str, Tensor], step: int, score: float) -> bool:
        """Never stop."""
        return False

    def settle(self, weights: Mapping[str, Tensor]) -> int | None:
        """Leave them as they are."""
        return None

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Nothing."""
        return {}, {}

    def load_state(self, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
        """Nothing."""


class KeepBest:
    """The weights of the best validation score; stops after `patience` scores without a better one."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.step: int | None = None
        self.score = float("-inf")
        self.waited = 0
        self.weights: dict[str, Tensor] = {}

    def observe(self, weights: Mapping[str, Tensor], step: int, score: float) -> bool:
        """Keep the weights of a new best score; True once patience is at its end."""
        if score > self.score:
            self.step, self.score, self.waited = step, score, 0
            self.weights = {name: weight.clone() for name, weight in weights.items()}
        else:
            self.waited += 1
        return self.waited >= self.patience

    def settle(self, weights: Mapping[str, Tensor]) -> int | None:
        """Go back to the best step."""
        for name, weight in self.weights.items():
            weights[name].copy_(weight)
        return self.step

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """The best weights, and how long no better ones came."""
        score = None if self.step is None else self.score
        return self.weights, {"step": self.step, "score": score, "waited": self.waited}

    def load_state(self, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
        """Take back what `state()` gave."""
        self.weights = tensors
        self.step, self.waited = values["step"], values["waited"]
        self.score = float("-inf") if values["score"] is None else values["score"]
