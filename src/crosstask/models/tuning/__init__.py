"""Tunings: which parameters train, and how fast. One file a tuning."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

from crosstask.method import Method
from crosstask.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

    from crosstask.models.model import MultiTaskModel


class Tuning(Method):
    """Decides what of a model trains. Parameter names are those of `model.named_parameters()`.

    A tuning may own parts: modules that it adds to the model. It then enters itself in `model.attached`, and says what
    its parts hold (`parts`), how to put them aside for a while (`aside`) and how to be rid of them for good (`merge`).
    """

    @abstractmethod
    def attach(self, model: MultiTaskModel) -> None:
        """Set `requires_grad` of every parameter; may add parts. ConfigError where it does not fit the model."""

    def rate(self, parameter_name: str) -> float:
        """The factor on the learning rate of one parameter."""
        return 1.0

    def parts(self, model: MultiTaskModel) -> dict[str, Tensor]:
        """The tensors that its parts in the model hold, by name: the model's own memory, no copies."""
        return {}

    def aside(self, model: MultiTaskModel) -> AbstractContextManager[None]:
        """A context in which the model is as if its parts had never been added."""
        return nullcontext()

    def merge(self, model: MultiTaskModel) -> None:
        """Fold its parts into the weights beside them: the model is a plain one again and answers as before."""


TUNINGS: Registry[Tuning] = Registry("tuning", "crosstask.models.tuning", "crosstask.tunings")
