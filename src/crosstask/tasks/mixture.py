"""Several tasks with a sampling rule: which task a step trains on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from crosstask.errors import InputError
from crosstask.tasks.task import TRAIN, Task


@dataclass(frozen=True)
class Mixture:
    """Tasks drawn in proportion to their train rows; every draw follows from (seed, step) alone."""

    tasks: Sequence[Task]
    seed: int = 0

    def __post_init__(self) -> None:
        names = [task.name for task in self.tasks]
        if not names or len(set(names)) < len(names):
            raise InputError(f"a mixture of {', '.join(names) or 'no tasks'}", mend="Give tasks of different names.")
        for task in self.tasks:
            if not len(task.split(TRAIN)):
                raise InputError(f"task '{task.name}' has no train rows", mend="Give at least one row.")

    def task_at(self, step: int) -> Task:
        """The task that step number `step`, counted from 0, trains on."""
        if len(self.tasks) == 1:
            return self.tasks[0]
        rows = np.array([len(task.split(TRAIN)) for task in self.tasks], dtype=np.float64)
        drawn = np.random.default_rng([self.seed, step]).choice(len(self.tasks), p=rows / rows.sum())
        return self.tasks[int(drawn)]
