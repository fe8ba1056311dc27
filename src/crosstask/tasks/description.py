"""What a bundle keeps of a task: everything but its examples, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosstask.tasks.kind import KINDS
from crosstask.tasks.task import Task


def describe(task: Task) -> dict[str, Any]:
    """Name, kind with its labels in order, fields, metrics and templates of a task."""
    return {
        "name": task.name,
        "kind": task.kind.config(),
        "fields": dict(task.kind.columns),
        "metrics": list(task.kind.metrics),
        "templates": {},
    }


def from_description(description: Mapping[str, Any]) -> Task:
    """The task without examples that `describe` described."""
    return Task(description["name"], KINDS.make(description["kind"]))
