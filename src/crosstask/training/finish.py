"""The finish seam: which weights a run ends with."""

from __future__ import annotations

from typing import Any, Protocol

import torch
from torch import Tensor

from crosstask.models.model import MultiTaskModel
from crosstask.training.optimizer import trainable


class Finish(Protocol):
    """Watches validation scores while a run goes on, and settles the weights at its end."""

    def observe(self, model: MultiTaskModel, step: int, score: float) -> bool:
        """Take in the score after `step`; True asks the run to stop here."""

    def settle(self, model: MultiTaskModel) -> int | None:
        """Put the chosen weights into the model; the step they are of, None for the last."""

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """Tensors and plain values for a checkpoint."""

    def load_state(self, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
        """Take back what `state()` gave."""


class KeepLast:
    """The weights of the last step."""

    def observe(self, model: MultiTaskModel, step: int, score: float) -> bool:
        return False

    def settle(self, model: MultiTaskModel) -> int | None:
        return None

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return {}, {}

    def load_state(self, tensors: dict[str, Tensor], values: dict[str, Any]) -> None: ...


class KeepBest:
    """The weights of the best validation score; stops after `patience` scores without a better one."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.step: int | None = None
        self.score = float("-inf")
        self.waited = 0
        self.weights: dict[str, Tensor] = {}

    def observe(self, model: MultiTaskModel, step: int, score: float) -> bool:
        if score > self.score:
            self.step, self.score, self.waited = step, score, 0
            self.weights = {name: weight.detach().clone() for name, weight in trainable(model).items()}
        else:
            self.waited += 1
        return self.waited >= self.patience

    def settle(self, model: MultiTaskModel) -> int | None:
        parameters = trainable(model)
        with torch.no_grad():
            for name, weight in self.weights.items():
                parameters[name].copy_(weight)
        return self.step

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return self.weights, {"step": self.step, "score": self.score, "waited": self.waited}

    def load_state(self, tensors: dict[str, Tensor], values: dict[str, Any]) -> None:
        self.weights = tensors
        self.step, self.score, self.waited = values["step"], values["score"], values["waited"]
