"""How good a bundle is on labelled rows: scores and the worst errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosstask.evidence.interval import Interval
from crosstask.tasks.cells import on_one_line
from crosstask.tasks.kind import Miss, Scores
from crosstask.ui import counted

Table = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Evaluation:
    """The scores of one split of a task, with what they are made of.

    `misses` are all rows that were answered wrongly, the worst first; `truncation` says what was cut to the maximum
    length, None where nothing was. `trained_on` names the rows as the bundle learned from them, such as `train`; None
    where they are new to it.
    """

    task: str
    split: str
    scores: Scores
    misses: tuple[Miss, ...]
    truncation: str | None = None
    trained_on: str | None = None

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {interval}" for name, interval in self.metrics.items())
        return f"Evaluation({self.task}, {self.split}: {counted(self.scores.rows, 'row')}, {scores})"

    @property
    def metrics(self) -> Mapping[str, Interval]:
        """The metrics with their intervals over rows."""
        return self.scores.metrics

    def to_json(self, worst: int) -> dict[str, Any]:
        """Plain JSON: split, rows, metrics, a key for each table, and the `worst` misses."""
        return {
            "split": self.split,
            "rows": self.scores.rows,
            "metrics": {name: interval.to_json() for name, interval in self.metrics.items()},
            **{title.replace(" ", "_"): _by_name(table) for title, table in self.scores.tables.items()},
            "truncation": self.truncation,
            "trained_on": self.trained_on,
            "worst": [miss.to_json() for miss in self.misses[:worst]],
        }

    def tables(self, worst: int) -> Iterator[tuple[str, Table]]:
        """Titles with tables for people."""
        metrics = [(name, interval.value, interval.low, interval.high) for name, interval in self.metrics.items()]
        title = f"{self.task}, {self.split}: {counted(self.scores.rows, 'row')}"
        yield title, [("metric", "value", "95% low", "95% high"), *metrics]
        yield from self.scores.tables.items()
        if self.misses and worst:
            shown = [(miss.row, _short(miss.target), _short(miss.predicted), miss.text) for miss in self.misses[:worst]]
            yield f"worst of {counted(len(self.misses), 'error')}", [("row", "expected", "predicted", "text"), *shown]


def _short(text: str) -> str:
    return on_one_line([text])


def _by_name(table: Table) -> dict[str, Any]:
    """A table whose first column names its rows, as row name -> column name -> value; of two columns, name -> value."""
    (_, *columns), *rows = table
    if len(columns) == 1:
        return {str(name): value for name, value in rows}
    return {str(name): dict(zip(columns, values, strict=True)) for name, *values in rows}
