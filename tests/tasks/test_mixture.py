"""A mixture draws tasks in proportion to their rows, from seed and step alone."""

from __future__ import annotations

from collections import Counter

import pytest

from crosstask.errors import InputError
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.mixture import Mixture
from crosstask.tasks.task import Example, Split, Task


def task(name: str, rows: int) -> Task:
    return Task(name, Classification(), {"train": Split([Example({"text": "t"}, "a")] * rows)})


def test_one_task_takes_every_step() -> None:
    alone = task("alone", 3)
    assert all(Mixture((alone,)).task_at(step) is alone for step in range(5))


def test_tasks_are_drawn_in_proportion_to_their_rows() -> None:
    mixture = Mixture((task("large", 300), task("small", 100)), seed=4)
    drawn = [mixture.task_at(step).name for step in range(2000)]
    assert Counter(drawn)["large"] == pytest.approx(1500, abs=80)
    assert drawn == [mixture.task_at(step).name for step in range(2000)]
    assert drawn != [Mixture(mixture.tasks, seed=5).task_at(step).name for step in range(2000)]


@pytest.mark.parametrize(
    ("tasks", "message"),
    [((), "no tasks"), ((task("a", 1), task("a", 2)), "a, a"), ((task("a", 0),), "task 'a' has no train rows")],
)
def test_mixtures_at_fault(tasks: tuple[Task, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        Mixture(tasks)
