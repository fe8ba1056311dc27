"""Exports: a task's head in transformers' own terms. One file a kind, called after it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from crosstask.errors import BundleError
from crosstask.method import Method
from crosstask.registry import Registry

if TYPE_CHECKING:
    from torch import nn

    from crosstask.models.decoding import Decoding
    from crosstask.models.head import Head
    from crosstask.models.model import MultiTaskModel
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind

H = TypeVar("H", bound="Head")


@dataclass(frozen=True)
class OneTask:
    """The only task of a bundle: its model without parts beside the weights, and what its description holds."""

    name: str
    kind: Kind
    model: MultiTaskModel
    objective: Mapping[str, Any]
    fitted: Mapping[str, Any]

    @property
    def trunk(self) -> Trunk:
        """What the head stands on."""
        return self.model.trunk

    def head(self, head_class: type[H]) -> H:
        """The head; BundleError where it is of another class."""
        head = self.model.head(self.name)
        if not isinstance(head, head_class):
            message = f"transformers has no counterpart of the head '{head.config['name']}' of '{self.name}'"
            raise BundleError(message, mend="Predict with crosstask, or train with --objective head.")
        return head


@dataclass(frozen=True)
class Exported:
    """A model of transformers' own with a task's head in it, not saved yet, and what its card says of its use.

    `opened_by` is the class that opens it. Its outputs are the bundle's times `scale` plus `shift`. `example` is Python
    that answers a text, `notes` are sentences for who uses it. `decoding` is how a language model is to write.
    """

    model: nn.Module
    opened_by: str
    example: str
    notes: tuple[str, ...] = ()
    scale: float = 1.0
    shift: float = 0.0
    decoding: Decoding | None = None


class Exporter(Method):
    """Writes the heads of one kind of task in transformers' terms."""

    reads: ClassVar[type[Head]]
    """The class of the heads that it can write."""

    @abstractmethod
    def export(self, task: OneTask, folder: str) -> Exported:
        """The task's model; its example opens `folder`. BundleError where transformers has nothing that computes it."""


EXPORTS: Registry[Exporter] = Registry("export", "crosstask.models.exports", "crosstask.exports")
