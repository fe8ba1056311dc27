"""The cheap references that every score stands beside; one file a kind, called after it."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crosstask.runs.trial import Trial
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Example

Records = Sequence[Mapping[str, Any]]
"""Prediction records, as the kind of the task scores them."""

Reference = Callable[["Trial", "Sequence[Example]"], Records]
"""From a trial's train rows to answers for other rows, in their order; equal trials give equal answers."""


def references_for(kind: Kind) -> Mapping[str, Reference]:
    """The references of a kind by name, those that learn most first; a kind whose file is not here has none."""
    place = f"{__name__}.{kind.method_name()}"
    if importlib.util.find_spec(place) is None:
        return {}
    found: Mapping[str, Reference] = importlib.import_module(place).REFERENCES
    return found
