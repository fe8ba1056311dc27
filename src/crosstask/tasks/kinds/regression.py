"""A number for one text, or for a pair of texts: a rating, a similarity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from statistics import fmean
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field

from crosstask.errors import InputError
from crosstask.tasks.columns import Columns
from crosstask.tasks.kind import Kind, Scores
from crosstask.tasks.score_cells import score_cell, score_column
from crosstask.tasks.task import TRAIN, Example, Split
from crosstask.tasks.text_inputs import read_example, text_columns

_SMALLEST = 1e-30  # range of scores whose squares are still told from nothing


class Regression(Kind):
    """Inputs `text` (and `text_pair`), target `value`: a finite number.

    Pearson's correlation chooses between checkpoints: it does not depend on the unit of the scores.
    A prediction record is `{"score": float}`, in the unit of the scores and not clipped to their range.
    """

    fields: ClassVar[tuple[str, ...]] = ("text", "text_pair", "value")
    target: ClassVar[str] = "value"
    metrics: ClassVar[tuple[str, ...]] = ("pearson", "spearman", "mae", "rmse")
    precedence: ClassVar[int] = 50
    measure: ClassVar[str] = "scores"
    figures: ClassVar[tuple[str, ...]] = ("mean", "spread")
    hub_task: ClassVar[str] = "text-classification"
    hub_metrics: ClassVar[Mapping[str, str]] = {"pearson": "pearsonr", "spearman": "spearmanr"}

    text: str = "text"
    """column of the text"""
    text_pair: str | None = None
    """column of the second text of a pair"""
    value: str | None = "score"
    """column of the score"""
    mean: float | None = None
    """mean score; learned from train"""
    spread: Annotated[float | None, Field(gt=0)] = None
    """standard deviation of the scores; learned from train"""

    @classmethod
    def detect(cls, columns: Columns, named: Mapping[str, str]) -> Self | None:
        """The kind by named columns, or by a column of numbers that are no classes."""
        if not named.keys() <= set(cls.fields):
            return None
        value = named.get("value") or score_column(columns, but=named.values())
        texts = text_columns(columns, named, value)
        return None if texts is None else cls(text=texts[0], text_pair=texts[1], value=value)

    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record, its score a float."""
        return read_example(self, record, row, file, score_cell)

    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind with the mean and the spread of the train scores, which do not depend on the order of rows."""
        for split in splits.values():
            self._require_scores(split)
        if self.mean is not None and self.spread is not None:
            return self
        scores = [example.target for example in splits[TRAIN].examples] if TRAIN in splits else []
        if not scores:
            raise InputError("there are no train rows to learn from", mend="Add them: in a folder, as train.csv.")
        if max(scores) - min(scores) < _SMALLEST:
            message = f"all train rows have the score {scores[0]:g}"
            mend = "Give rows of two scores; of a draw, more rows."
            raise InputError(message, file=splits[TRAIN].file, field=self.value, mend=mend)
        mean = fmean(scores)
        spread = sqrt(fsum((score - mean) ** 2 for score in scores) / len(scores))
        return self.model_copy(update={"mean": mean, "spread": spread})

    @property
    def space(self) -> tuple[str, ...]:
        """Empty: the output is a number."""
        return ()

    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """Pearson's and Spearman's correlation, mean absolute and root mean squared error; quantiles of residuals."""
        from crosstask.tasks.residuals import Residuals

        found = Residuals.of([example.target for example in examples], [record["score"] for record in predictions])
        return Scores(len(examples), found.metrics(seed), {"residuals": found.table()})

    def error(self, record: Mapping[str, Any], target: float) -> float:
        """The distance to the right score."""
        return abs(float(record["score"]) - target)

    def told(self, record: Mapping[str, Any]) -> str:
        """The score, to four digits."""
        return f"{record['score']:.4g}"

    def written(self, target: float) -> str:
        """The score."""
        return f"{target:g}"

    def measured(self, target: float) -> float:
        """The score."""
        return target

    def _require_scores(self, split: Split) -> None:
        for example in split.examples:
            if example.target is None:
                message, mend = "the score is missing", "Fill it in or delete the row."
                raise InputError(message, file=split.file, row=example.row, field=self.value, mend=mend)
