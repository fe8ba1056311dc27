"""How good a bundle is on labelled rows: scores, calibration, the worst errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crosstask.evidence.calibration import brier_score, expected_calibration_error
from crosstask.evidence.interval import Interval
from crosstask.serving.prediction import Prediction
from crosstask.tasks.checks.match import shortened
from crosstask.tasks.kind import Scores
from crosstask.tasks.task import Example

Table = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Miss:
    """A row with another label than the predicted one."""

    row: int | None
    text: str
    label: str
    predicted: str
    probability: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON of every field."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True)
class Evaluation:
    """The scores of one split of a task, with what they are made of.

    `calibration` holds `ece`, the expected calibration error, and `brier`, the Brier score; `misses` are all errors,
    the most confident first; `truncation` says what was cut to the maximum length, None where nothing was. `trained_on`
    names the rows as the bundle learned from them, such as `train`; None where they are new to it.
    """

    task: str
    split: str
    scores: Scores
    calibration: Mapping[str, float]
    misses: tuple[Miss, ...]
    truncation: str | None = None
    trained_on: str | None = None

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {interval}" for name, interval in self.metrics.items())
        return f"Evaluation({self.task}, {self.split}: {self.scores.rows:,} rows, {scores})"

    @property
    def metrics(self) -> Mapping[str, Interval]:
        """The metrics with their intervals over rows."""
        return self.scores.metrics

    def to_json(self, worst: int) -> dict[str, Any]:
        """Plain JSON: split, rows, metrics, a key for each table, calibration, and the `worst` misses."""
        return {
            "split": self.split,
            "rows": self.scores.rows,
            "metrics": {name: interval.to_json() for name, interval in self.metrics.items()},
            **{title.replace(" ", "_"): _by_name(table) for title, table in self.scores.tables.items()},
            "calibration": dict(self.calibration),
            "truncation": self.truncation,
            "trained_on": self.trained_on,
            "worst": [miss.to_json() for miss in self.misses[:worst]],
        }

    def tables(self, worst: int) -> Iterator[tuple[str, Table]]:
        """Titles with tables for people."""
        metrics = [(name, interval.value, interval.low, interval.high) for name, interval in self.metrics.items()]
        title = f"{self.task}, {self.split}: {self.scores.rows:,} rows"
        yield title, [("metric", "value", "95% low", "95% high"), *metrics]
        yield "calibration", [("measure", "value"), *self.calibration.items()]
        yield from self.scores.tables.items()
        if self.misses and worst:
            header = ("row", "label", "predicted", "probability", "text")
            shown = [(miss.row, miss.label, miss.predicted, miss.probability, miss.text) for miss in self.misses]
            yield f"most confident errors of {len(self.misses):,}", [header, *shown[:worst]]


def calibration(predictions: Sequence[Prediction], examples: Sequence[Example]) -> dict[str, float]:
    """Expected calibration error and Brier score of at least one prediction."""
    labels = list(predictions[0].probabilities)
    table = [[prediction.probabilities[label] for label in labels] for prediction in predictions]
    truth = [labels.index(example.target) for example in examples]
    return {"ece": expected_calibration_error(table, truth), "brier": brier_score(table, truth)}


def misses(predictions: Sequence[Prediction], examples: Sequence[Example]) -> tuple[Miss, ...]:
    """Every wrong prediction, the most confident first, equals in the rows' order."""
    wrong = [
        Miss(example.row, shortened(example), example.target, prediction.label, prediction.probability)
        for prediction, example in zip(predictions, examples, strict=True)
        if prediction.label != example.target
    ]
    return tuple(sorted(wrong, key=lambda miss: -miss.probability))


def _by_name(table: Table) -> dict[str, dict[str, Any]]:
    """A table whose first column names its rows, as row name -> column name -> value."""
    (_, *columns), *rows = table
    return {str(name): dict(zip(columns, values, strict=True)) for name, *values in rows}
