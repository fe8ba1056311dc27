"""The Python door, and what the fields of a step take."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest

import crosstask
from crosstask.door import function
from crosstask.errors import ConfigError, InputError
from crosstask.step import Result, Step, TaskSource, TaskSources, choice, planned
from crosstask.ui import Silent


class Weigh(Step):
    """Weigh the tasks."""

    positional: ClassVar[tuple[str, ...]] = ("tasks",)

    tasks: TaskSources
    """The tasks."""
    against: TaskSource = None
    """The other one."""
    verb: Annotated[Any, choice("crosstask.steps:STEPS")] | None = None
    """A choice, here from the verbs themselves."""

    def run(self, ui):
        return Result(len(self.tasks), {"tasks": len(self.tasks)})

    def plan(self, ui):
        return planned(["weigh"], seconds=3)


weigh = function(Weigh)


def test_the_function_gives_the_value_of_the_result():
    assert weigh(["a.csv", "b.csv"], ui=Silent()) == 2
    assert weigh(tasks="a.csv", ui=Silent()) == 1


def test_a_dry_run_gives_the_plan():
    assert weigh("a.csv", dry_run=True, ui=Silent()) == {"actions": ["weigh"], "seconds": 3, "memory": None}


def test_the_signature_lists_positional_own_and_shared_options():
    assert list(inspect.signature(weigh).parameters) == ["tasks", "against", "verb", "seed", "device", "dry_run", "ui"]
    assert inspect.signature(weigh).parameters["seed"].default == 0
    assert "against: The other one." in weigh.__doc__


def test_wrong_options_are_config_errors():
    with pytest.raises(ConfigError, match="Did you mean against?"):
        weigh("a.csv", againts="b.csv")
    with pytest.raises(ConfigError, match="needs the option 'tasks'"):
        weigh()


def test_a_lone_source_and_a_list_of_rows_are_one_task_each():
    rows = [{"text": "good", "label": "yes"}]
    assert Weigh(tasks=rows).tasks == (rows,)
    assert Weigh(tasks=[("a film", "good")]).tasks == ([("a film", "good")],)
    assert Weigh(tasks=Path("a.csv")).tasks == (Path("a.csv"),)
    assert Weigh(tasks=[rows, "a.csv"]).tasks == (rows, "a.csv")


def test_the_config_holds_sources_as_strings_and_data_by_fingerprint():
    rows = [{"text": f"{word} film", "label": word} for word in ("good", "bad") * 20]
    config = Weigh(tasks=[Path("runs") / "a.csv", rows]).config()
    assert config["tasks"][0] == str(Path("runs") / "a.csv")
    assert set(config["tasks"][1]) == {"name", "fingerprint"}
    assert config == Weigh(tasks=[Path("runs") / "a.csv", list(rows)]).config()


def test_data_that_is_no_task_is_the_users_mistake():
    with pytest.raises(InputError):
        Weigh(tasks=[[{}]]).config()


def test_every_verb_is_a_function_of_the_package():
    assert crosstask.inspect.__name__ == "inspect"
    assert dir(crosstask) == crosstask.__all__
    assert {"inspect", "predict", "load", "open_task", "Task", "CrosstaskError"} <= set(dir(crosstask))
    assert not [name for name in dir(crosstask) if name.startswith("_") or not callable(getattr(crosstask, name))]
    with pytest.raises(AttributeError, match="no attribute 'inspekt'"):
        crosstask.inspekt  # noqa: B018  # asking is the test
