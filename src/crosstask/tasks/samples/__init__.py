"""The sample tasks: the contract of a sample, and opening one by name."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from crosstask.errors import NotFound, nearest
from crosstask.method import Method
from crosstask.registry import Registry
from crosstask.tasks.task import Task
from crosstask.ui import Silent, Ui


class Sample(Method):
    """One source of data and the tasks that are made of it.

    A new one is one file in `tasks/samples/` with one subclass; the conformance tests open its tasks at once.
    """

    item: ClassVar[str | None] = None
    """The shelf item the data comes from; None where it comes with crosstask itself."""

    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """What its tasks are called, each `sample:` and more."""

    @abstractmethod
    def open(self, name: str, ui: Ui) -> Task:
        """The task called `name`, one of `names()`; its data is fetched on first use, which `ui` is told."""


SAMPLES: Registry[Sample] = Registry("sample", "crosstask.tasks.samples", "crosstask.samples")


def sample_names(item: str | None = None) -> tuple[str, ...]:
    """The names that `open_sample` knows: all, or those made from the data of one item of the shelf."""
    return tuple(name for name, sample in _samples().items() if item in (None, sample.item))


def written_names() -> tuple[str, ...]:
    """The names of the samples that come with crosstask itself."""
    return tuple(name for name, sample in _samples().items() if sample.item is None)


def open_sample(name: str, ui: Ui | None = None) -> Task:
    """The sample task called `name`, its data fetched on first use; NotFound with the nearest names otherwise."""
    known = _samples()
    if name not in known:
        raise NotFound(f"no sample is called '{name}'", mend=nearest(name, known))
    return known[name].open(name, ui or Silent())


def _samples() -> dict[str, Sample]:
    """Each task's name and the sample that it is made of."""
    return {name: sample for sample in map(SAMPLES.make, SAMPLES.names()) for name in sample.names()}
