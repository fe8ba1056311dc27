"""The cheap references that every score stands beside. One file a kind, called after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from crosstask.method import Method
from crosstask.registry import Registry

if TYPE_CHECKING:
    from crosstask.runs.trial import Trial
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Example

Records = Sequence[Mapping[str, Any]]
"""Prediction records, as the kind of the task scores them."""

Reference = Callable[["Trial", "Sequence[Example]"], Records]
"""From a trial's train rows to answers for other rows, in their order; equal trials give equal answers."""


class References(Method):
    """The references of one kind of task."""

    by_name: ClassVar[Mapping[str, Reference]]
    """What tables call them, and how they answer; those that learn most come first."""


REFERENCES: Registry[References] = Registry("set of references", "crosstask.runs.references", "crosstask.references")


def references_for(kind: Kind) -> Mapping[str, Reference]:
    """The references of a kind by name; none where none are registered for it."""
    name = kind.method_name()
    return REFERENCES.get(name).by_name if name in REFERENCES.names() else {}
