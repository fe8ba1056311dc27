"""What a bundle says of one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from crosstask.tasks.kind import Kind


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer to one row of a task, as its kind records it.

    What the record holds can be read as attributes: `label` and `probabilities` of a classification, `labels` of a
    multi-label task, `score` of a regression, `spans` of a tagging, `answer` of a question, `text` of a generation.
    `row` is the row's number among those given, counted from 1; `cut` counts the tokens that it lost to the model's
    maximum length.
    """

    task: str
    record: Mapping[str, Any]
    kind: Kind = field(repr=False, compare=False)
    row: int | None = None
    cut: int = 0

    @property
    def probability(self) -> float:
        """The probability of the answer; AttributeError where its kind tells none."""
        found = self.kind.probability(self.record)
        return self.__getattr__("probability") if found is None else found

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.record:
            raise AttributeError(f"a prediction of '{self.task}' has no {name}; it has {', '.join(self.record)}")
        return self.record[name]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: row, task, what the record holds, and `cut` where tokens were lost."""
        found = {"row": self.row, "task": self.task, **self.record}
        return {**found, "cut": self.cut} if self.cut else found

    def __str__(self) -> str:
        return self.kind.told(self.record)
