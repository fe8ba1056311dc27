"""A task's description is plain JSON and gives the task back without its examples."""

from __future__ import annotations

import json

import pytest

from crosstask.errors import ConfigError
from crosstask.tasks import open_task
from crosstask.tasks.description import describe, from_description
from crosstask.tasks.task import Task


def test_a_description_comes_back_through_json() -> None:
    task = open_task([("one text", "10"), ("two texts", "9")], name="numbers")
    described = json.loads(json.dumps(describe(task)))
    assert described["kind"]["labels"] == ["9", "10"]
    assert described["fields"] == {"text": "text", "label": "label"}
    assert described["metrics"] == ["macro_f1", "accuracy", "mcc"]
    assert from_description(described) == Task("numbers", task.kind)


def test_a_description_with_an_unknown_option_is_refused() -> None:
    with pytest.raises(ConfigError, match="has no option 'lables'"):
        from_description({"name": "a", "kind": {"name": "classification", "lables": []}})
