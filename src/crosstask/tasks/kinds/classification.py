"""One label for one text, or for a pair of texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import field_validator

from crosstask.errors import InputError
from crosstask.tasks.cells import is_null, is_scalar, sort_of, written
from crosstask.tasks.columns import Columns
from crosstask.tasks.kind import Kind, Scores
from crosstask.tasks.task import TRAIN, Example, Split
from crosstask.tasks.text_inputs import read_example, text_columns
from crosstask.tasks.unknown_labels import require_known

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class Classification(Kind):
    """Inputs `text` (and `text_pair`), target a label name.

    Macro F1 chooses between checkpoints: on unbalanced classes accuracy rewards leaving out the rare ones.
    A prediction record is `{"label": str, "probabilities": {label: float}}`.
    """

    fields: ClassVar[tuple[str, ...]] = ("text", "text_pair", "label")
    target: ClassVar[str] = "label"
    metrics: ClassVar[tuple[str, ...]] = ("macro_f1", "accuracy", "mcc")
    precedence: ClassVar[int] = 90
    classed: ClassVar[bool] = True
    fair: ClassVar[str] = "macro F1, not accuracy"
    hub_task: ClassVar[str] = "text-classification"
    hub_metrics: ClassVar[Mapping[str, str]] = {"macro_f1": "f1", "mcc": "matthews_correlation"}

    text: str = "text"
    """column of the text"""
    text_pair: str | None = None
    """column of the second text of a pair"""
    label: str | None = "label"
    """column of the label"""
    labels: tuple[str, ...] = ()
    """label names in order; learned from train where none are given"""
    aliases: Mapping[str, str] = {}
    """label as written in files -> label name"""

    @field_validator("labels")
    @classmethod
    def _distinct(cls, labels: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(labels)) < len(labels):
            raise ValueError("a label occurs twice")
        return labels

    @classmethod
    def detect(cls, columns: Columns, named: Mapping[str, str]) -> Self | None:
        """The kind by named columns, well-known names, and shape: varied long texts and few short labels."""
        texts = text_columns(columns, named, named.get("label"))
        if texts is None:
            return None
        label = named.get("label") or columns.label(but=texts)
        return cls(text=texts[0], text_pair=texts[1], label=label)

    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record; a label that is a number becomes its name as written."""
        return read_example(self, record, row, file, self._label)

    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind with the labels of train in their natural order: by value where all are numbers, else by name."""
        found = {example.target for example in splits[TRAIN].examples} if TRAIN in splits else set()
        labels = self.labels or natural_order(found - {None})
        if not labels:
            message = "there are no train rows to learn the labels from"
            raise InputError(message, mend="Add them: in a folder, as train.csv.")
        require_known(self, splits, labels, self.named)
        if TRAIN in splits and self.needs_targets:
            self._require_two(found, splits[TRAIN])
        return self.model_copy(update={"labels": labels})

    def require_shown(self, splits: Mapping[str, Split]) -> None:
        """Refuse rows of a label that no train row has, where there is a train split whose rows all have one."""
        shown = {example.target for example in splits[TRAIN].examples} if TRAIN in splits else set(self.labels)
        if None in shown:
            return
        mend = "Add train rows of it, or delete the row."
        require_known(self, splits, shown, self.named, "stands in no train row", mend)

    @property
    def needs_targets(self) -> bool:
        """Only where the labels are to be learned from train: known ones can be asked for without an example."""
        return not self.labels

    def require_taught(self, train: Split) -> None:
        """Refuse a train row without a label, and one label alone."""
        self.require_targets(train, " Only --objective likelihood --steps 0 needs none.")
        self._require_two({example.target for example in train.examples}, train)

    @property
    def space(self) -> tuple[str, ...]:
        """The labels."""
        return self.labels

    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """Macro F1, accuracy and Matthews' correlation over rows; tables per label, of confusions, of calibration."""
        from crosstask.tasks.confusion import Confusion

        pairs = zip(examples, predictions, strict=True)
        counted = Confusion.of([(example.target, record["label"]) for example, record in pairs], self.labels)
        tables = {**self._calibration(predictions, examples), **counted.tables()}
        return Scores(len(examples), counted.metrics(seed), tables)

    def error(self, record: Mapping[str, Any], target: str) -> float:
        """The probability of the label that was predicted instead."""
        return 0.0 if record["label"] == target else self.probability(record)

    def told(self, record: Mapping[str, Any]) -> str:
        """The label with its probability."""
        return f"{record['label']} ({self.probability(record):.3f})"

    def probability(self, record: Mapping[str, Any]) -> float:
        """That of the predicted label."""
        return float(record["probabilities"][record["label"]])

    def written(self, target: str) -> str:
        """The label."""
        return target

    def named(self, target: str) -> tuple[str, ...]:
        """The label."""
        return (target,)

    def stratum(self, target: str) -> str:
        """The label."""
        return target

    def _calibration(
        self, predictions: Sequence[Mapping[str, Any]], examples: Sequence[Example]
    ) -> dict[str, list[tuple[str, Any]]]:
        """A table of expected calibration error and Brier score; none where records tell no probabilities."""
        from crosstask.evidence.calibration import brier_score, expected_calibration_error

        if not all("probabilities" in record for record in predictions):
            return {}
        table = [[record["probabilities"][label] for label in self.labels] for record in predictions]
        truth = [self.labels.index(example.target) for example in examples]
        measures = {"ece": expected_calibration_error(table, truth), "brier": brier_score(table, truth)}
        return {"calibration": [("measure", "value"), *measures.items()]}

    def _label(self, value: Any, column: str) -> str | None:
        if is_null(value):
            if not self.needs_targets:
                return None
            raise InputError("the label is missing", field=column, mend="Fill it in or delete the row.")
        if not is_scalar(value):
            message = f"holds {sort_of(value)} where a label is expected"
            raise InputError(message, field=column, mend="Give one label a row.")
        name = written(value)
        return self.aliases.get(name, name)

    def _require_two(self, found: set[str], train: Split) -> None:
        if len(found) == 1:
            message = f"all train rows have the label '{found.pop()}'"
            raise InputError(message, file=train.file, field=self.label, mend="Give rows of two labels.")


def natural_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Label names in a stable order: by value where all are numbers, else by name.

    >>> natural_order({"10", "9"}), natural_order({"b", "a"})
    (('9', '10'), ('a', 'b'))
    """
    names = sorted(labels)
    numeric = all(_NUMBER.fullmatch(name) for name in names)
    return tuple(sorted(names, key=float) if numeric else names)
