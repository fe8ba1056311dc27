"""The contract of a verb: a step is a frozen, validated value that can be planned and run.

A verb `NAME` is one file, `steps/NAME.py`, with one class; the function, the command and the recipe entry come from it.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field
from pydantic.fields import FieldInfo

from crosstask.choices import Choice, ModelSource, TaskSource, TaskSources, choice
from crosstask.method import Method
from crosstask.ui import Ui

__all__ = ["Choice", "ModelSource", "Result", "Step", "TaskSource", "TaskSources", "choice", "fetched_first", "planned"]


def _show_nothing(ui: Ui) -> None: ...


@dataclass(frozen=True)
class Result:
    """What a step gives back at each door.

    `value` is what Python callers get. `record` is the one JSON object of `--json`; a step that answers one object a
    line gives `lines` instead, which go to stdout with and without `--json`; `pieces` are the same for people who sit
    at a terminal, as text that comes bit by bit. `show` tells people of it all on the `Ui`.
    """

    value: Any = None
    record: Mapping[str, Any] = field(default_factory=dict)
    lines: Iterable[Mapping[str, Any]] | None = None
    pieces: Iterable[str] | None = None
    show: Callable[[Ui], None] = _show_nothing


def _device(name: str) -> str:
    if not re.fullmatch(r"auto|cpu|mps|cuda(:\d+)?", name):
        raise ValueError("a device is auto, cpu, mps, cuda or cuda:N")
    return name


class Step(Method):
    """A verb as a value: its fields are its options at every door, each with its help text as the string below it.

    The first line of the class's docstring, and of its file's, is the help line of the command.
    """

    positional: ClassVar[tuple[str, ...]] = ()
    """Fields that stand without their name on the command line, in order; a last one that is a tuple takes the rest."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Seed of every random draw."""
    device: Annotated[str, AfterValidator(_device)] = "auto"
    """Where to compute: auto, cpu, mps, cuda or cuda:N."""

    @classmethod
    def options(cls) -> dict[str, FieldInfo]:
        """The fields as doors list them: positional ones, the verb's own, those it shares with some, those of all."""
        own = [name for name in cls.__annotations__ if name in cls.model_fields]
        some = [name for name in cls.model_fields if name not in Step.model_fields]
        order = dict.fromkeys([*cls.positional, *own, *some, *Step.model_fields])
        return {name: cls.model_fields[name] for name in order}

    @abstractmethod
    def run(self, ui: Ui) -> Result:
        """Do it."""

    @abstractmethod
    def plan(self, ui: Ui) -> Result:
        """What `run` would do, how long it would take and how much memory, without doing it: see `planned`."""

    def perform(self, ui: Ui, *, dry_run: bool = False) -> Result:
        """Run, or with `dry_run` only plan."""
        return self.plan(ui) if dry_run else self.run(ui)


def planned(
    actions: Sequence[str],
    *,
    seconds: float | None = None,
    untimed: str | None = None,
    memory: int | None = None,
    **facts: Any,
) -> Result:
    """The result of a dry run: what would be done, and what it would take as far as that is known.

    `seconds` are those of computing, or `untimed` says why they are not known; `memory` is in bytes and in all, the
    program's own with that of the work.
    """
    facts |= {} if untimed is None else {"untimed": untimed}
    record = {"plan": {"actions": list(actions), "seconds": seconds, "memory": memory, **facts}}
    shown = [("would", action) for action in actions]
    shown += [] if untimed is None else [("time", f"not known: {untimed}")]
    shown += [] if seconds is None else [("time", _duration(seconds))]
    shown += [] if memory is None else [("memory in all", f"about {memory / 2**20:,.0f} MiB")]
    return Result(record["plan"], record, show=lambda ui: ui.table("dry run", [("", "plan"), *shown]))


def fetched_first(*tasks: Any, model: str | None = None, then: str) -> Result | None:
    """The plan of a step that has to fetch its tasks or its model first, for a plan fetches nothing; None where not.

    What it would download is in bytes, and None where the hub alone knows.
    """
    from crosstask.runs.needs import download, unfetched, unfetched_of_hub

    items, of_hub = unfetched(model, *tasks), unfetched_of_hub(model, tasks)
    if not items and not of_hub:
        return None
    size = None if of_hub else sum(item.size for item in items)
    return planned([*map(download, items), *of_hub, f"then {then}"], download=size)


def _duration(seconds: float) -> str:
    return f"about {seconds:,.0f} s" if seconds >= 1 else "less than a second"
