"""Any number of labels, or none, for one text or for a pair of texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Annotated, Any, ClassVar, Self

from pydantic import Field, field_validator

from crosstask.errors import InputError
from crosstask.tasks.columns import HALF, Columns
from crosstask.tasks.kind import Kind, Scores
from crosstask.tasks.kinds.classification import natural_order
from crosstask.tasks.label_cells import MARKS, are_lists, is_made_of, label_names, labels_column, separator
from crosstask.tasks.task import TRAIN, Example, Split
from crosstask.tasks.text_inputs import read_example, text_columns
from crosstask.tasks.unknown_labels import require_known

_NONE = "no label"


class MultiLabel(Kind):
    """Inputs `text` (and `text_pair`), target the names of all labels that hold, in name order.

    A cell is a list of labels, or a text with `separator` between them; an empty one says that no label holds. Micro
    F1 chooses between checkpoints: it weighs every label that is given or missed alike.
    A prediction record is `{"labels": [str, ...], "probabilities": {label: float}}`.
    """

    fields: ClassVar[tuple[str, ...]] = ("text", "text_pair", "labels")
    target: ClassVar[str] = "labels"
    metrics: ClassVar[tuple[str, ...]] = ("micro_f1", "macro_f1", "exact_match")
    precedence: ClassVar[int] = 40
    hub_task: ClassVar[str] = "text-classification"
    hub_metrics: ClassVar[Mapping[str, str]] = {"micro_f1": "f1", "macro_f1": "f1"}
    fair: ClassVar[str] = "macro F1, not micro F1"
    label_names: ClassVar[str] = "names"

    text: str = "text"
    """column of the text"""
    text_pair: str | None = None
    """column of the second text of a pair"""
    labels: str | None = "labels"
    """column of the labels"""
    separator: Annotated[str | None, Field(min_length=1)] = None
    """what stands between labels in a text cell; by default the semicolon or the bar that it holds"""
    names: tuple[str, ...] = ()
    """label names in order; learned from train where none are given"""
    aliases: Mapping[str, str] = {}
    """label as written in files -> label name"""

    @field_validator("names")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("a label occurs twice")
        return names

    @classmethod
    def detect(cls, columns: Columns, named: Mapping[str, str]) -> Self | None:
        """The kind by named columns, or by a column of lists or of texts that combine labels."""
        if not named.keys() <= set(cls.fields):
            return None
        labels = named.get("labels") or labels_column(columns, but=named.values())
        texts = text_columns(columns, named, labels)
        if texts is None or are_lists(columns.values[texts[0]], HALF):
            return None
        mark = None if labels is None else separator(columns.values[labels])
        return cls(text=texts[0], text_pair=texts[1], labels=labels, separator=mark)

    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record; a label that is a number becomes its name as written."""
        return read_example(self, record, row, file, self._labels)

    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind with the labels of train in their natural order: by value where all are numbers, else by name."""
        names = self.names or natural_order(_shown(splits))
        if not names:
            message = "there are no train rows with a label to learn the labels from"
            raise InputError(message, field=self.labels, mend="Add them: in a folder, as train.csv.")
        if not self.names:
            self._require_split(frozenset(names), splits)
        require_known(self, splits, names, self.named)
        return self.model_copy(update={"names": names})

    def require_shown(self, splits: Mapping[str, Split]) -> None:
        """Refuse a label that no train row has, where there is a train split."""
        if TRAIN in splits:
            mend = "Add train rows of it, or take it out."
            require_known(self, splits, _shown(splits), self.named, "stands in no train row", mend)

    @property
    def space(self) -> tuple[str, ...]:
        """The labels."""
        return self.names

    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """Micro F1, macro F1 and the share of exact matches over rows; a table per label."""
        from crosstask.tasks.label_counts import LabelCounts

        counted = LabelCounts.of(
            [example.target for example in examples], [record["labels"] for record in predictions], self.names
        )
        return Scores(len(examples), counted.metrics(seed), {"per label": counted.table()})

    def error(self, record: Mapping[str, Any], target: tuple[str, ...]) -> float:
        """The probability given to the wrong side, summed over the labels that are missed or wrongly given."""
        given, probabilities = set(record["labels"]), record["probabilities"]
        missed = sum(1 - probabilities[label] for label in set(target) - given)
        return float(missed + sum(probabilities[label] for label in given.difference(target)))

    def told(self, record: Mapping[str, Any]) -> str:
        """The labels with their probabilities."""
        return ", ".join(f"{label} ({record['probabilities'][label]:.3f})" for label in record["labels"]) or _NONE

    def written(self, target: tuple[str, ...]) -> str:
        """The labels, by commas."""
        return ", ".join(target) or _NONE

    def named(self, target: tuple[str, ...]) -> tuple[str, ...]:
        """The labels."""
        return target

    def stratum(self, target: tuple[str, ...]) -> tuple[str, ...]:
        """The first label: of whole sets there can be as many as rows."""
        return target[:1]

    def _labels(self, value: Any, column: str) -> tuple[str, ...]:
        names = label_names(value, column, self.separator)
        return tuple(sorted({self.aliases.get(name, name) for name in names}))

    def _require_split(self, known: Set[str], splits: Mapping[str, Split]) -> None:
        """Refuse a label that commas part into known ones, where another mark stands between labels."""
        joined = {name for name in known if self.separator in MARKS and is_made_of(name, known)}
        for split in splits.values() if joined else ():
            for example in split.examples:
                label = next((label for label in example.target or () if label in joined), None)
                if label is not None:
                    message = f"the label '{label}' holds a comma where '{self.separator}' stands between labels"
                    mend = f"Write '{self.separator}' between all labels."
                    raise InputError(message, file=split.file, row=example.row, field=self.labels, mend=mend)


def _shown(splits: Mapping[str, Split]) -> set[str]:
    """The labels that train rows have."""
    examples = splits[TRAIN].examples if TRAIN in splits else ()
    return {label for example in examples for label in example.target or ()}
