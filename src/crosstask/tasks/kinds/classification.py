"""One label for one text, or for a pair of texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Self

from pydantic import field_validator

from crosstask.errors import InputError, nearest
from crosstask.tasks.cells import is_null, is_scalar, written
from crosstask.tasks.columns import Columns
from crosstask.tasks.kind import Kind, Scores
from crosstask.tasks.task import TRAIN, Example, Split

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


class Classification(Kind):
    """Inputs `text` (and `text_pair`), target a label name.

    Macro F1 chooses between checkpoints: on unbalanced classes accuracy rewards leaving out the rare ones.
    A prediction record is `{"label": str, "probabilities": {label: float}}`.
    """

    fields: ClassVar[tuple[str, ...]] = ("text", "text_pair", "label")
    target: ClassVar[str] = "label"
    metrics: ClassVar[tuple[str, ...]] = ("macro_f1", "accuracy", "mcc")

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
        texts = _texts(columns, named)
        if texts is None:
            return None
        label = named.get("label") or columns.label(but=texts)
        return cls(text=texts[0], text_pair=texts[1], label=label)

    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record; a label that is a number becomes its name as written."""
        try:
            inputs = {name: _text(record.get(column), column) for name, column in self.inputs.items()}
            target = None if self.label is None else self._label(record.get(self.label), self.label)
        except InputError as error:
            raise InputError(error.message, file=file, row=row, field=error.field, mend=error.mend) from None
        return Example(inputs, target, row)

    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind with the labels of train in their natural order: by value where all are numbers, else by name."""
        found = {example.target for example in splits[TRAIN].examples} if TRAIN in splits else set()
        labels = self.labels or natural_order(found - {None})
        if not labels:
            message = "there are no train rows to learn the labels from"
            raise InputError(message, mend="Add them: in a folder, as train.csv.")
        for name, split in splits.items():
            self._require_known(name, split, labels)
        if len(found) == 1:
            message = f"all train rows have the label '{found.pop()}'"
            raise InputError(message, file=splits[TRAIN].file, field=self.label, mend="Give rows of two labels.")
        return self.model_copy(update={"labels": labels})

    def require_shown(self, splits: Mapping[str, Split]) -> None:
        """Refuse rows of a label that no train row has, where there is a train split."""
        shown = {example.target for example in splits[TRAIN].examples} if TRAIN in splits else set(self.labels)
        for name, split in splits.items():
            for example in split.examples:
                if example.target not in shown:
                    message = f"the label '{example.target}' in {name} stands in no train row"
                    mend = "Add train rows of it, or delete the row."
                    raise InputError(message, file=split.file, row=example.row, field=self.label, mend=mend)

    @property
    def space(self) -> tuple[str, ...]:
        """The labels."""
        return self.labels

    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """Macro F1, accuracy and Matthews' correlation over rows, with a table per label and the confusion matrix."""
        from crosstask.tasks.confusion import Confusion

        pairs = zip(examples, predictions, strict=True)
        counted = Confusion.of([(example.target, record["label"]) for example, record in pairs], self.labels)
        return Scores(len(examples), counted.metrics(seed), counted.tables())

    def _label(self, value: Any, column: str) -> str:
        if is_null(value):
            raise InputError("the label is missing", field=column, mend="Fill it in or delete the row.")
        if not is_scalar(value):
            message = f"holds a {type(value).__name__} where a label is expected"
            raise InputError(message, field=column, mend="Give one label a row.")
        name = written(value)
        return self.aliases.get(name, name)

    def _require_known(self, name: str, split: Split, labels: Sequence[str]) -> None:
        known = frozenset(labels)
        for example in split.examples:
            if example.target not in known:
                message, mend = _complaint(example.target, name, labels)
                raise InputError(message, file=split.file, row=example.row, field=self.label, mend=mend)


def _complaint(label: str | None, split: str, labels: Sequence[str]) -> tuple[str, str]:
    if label is None:
        return "the label is missing", "Fill it in or delete the row."
    return f"the label '{label}' in {split} is unknown to the task", nearest(label, labels)


def natural_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Label names in a stable order: by value where all are numbers, else by name.

    >>> natural_order({"10", "9"}), natural_order({"b", "a"})
    (('9', '10'), ('a', 'b'))
    """
    names = sorted(labels)
    numeric = all(_NUMBER.fullmatch(name) for name in names)
    return tuple(sorted(names, key=float) if numeric else names)


def _texts(columns: Columns, named: Mapping[str, str]) -> tuple[str, str | None] | None:
    first, second, label = (named.get(name) for name in ("text", "text_pair", "label"))
    if first is None and second is None and (pair := columns.pair(but=[label])):
        return pair
    text = first or columns.text(but=[second, label])
    return None if text is None else (text, second)


def _text(value: Any, column: str) -> str:
    if is_null(value):
        raise InputError("the text is missing", field=column, mend="Fill it in or delete the row.")
    if not is_scalar(value):
        message = f"holds a {type(value).__name__} where a text is expected"
        raise InputError(message, field=column, mend="Give one text a row.")
    text = value if isinstance(value, str) else written(value)
    if not text.isascii():
        _require_unicode(text, column)
    return text


def _require_unicode(text: str, column: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = f"holds half a character (a lone surrogate at {error.start + 1})"
        raise InputError(message, field=column, mend="Correct the text.") from None
