"""Tunings: which parameters train, and how fast. One file a tuning."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING

from crosstask.method import Method
from crosstask.registry import Registry

if TYPE_CHECKING:
    from crosstask.models.model import MultiTaskModel


class Tuning(Method):
    """Decides what of a model trains. Parameter names are those of `model.named_parameters()`."""

    @abstractmethod
    def attach(self, model: MultiTaskModel) -> None:
        """Set `requires_grad` of every parameter; may add modules. ConfigError where it does not fit the model."""

    def rate(self, parameter_name: str) -> float:
        """The factor on the learning rate of one parameter."""
        return 1.0


TUNINGS: Registry[Tuning] = Registry("tuning", "crosstask.models.tuning", "crosstask.tunings")
