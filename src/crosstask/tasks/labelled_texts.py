"""Samples that are texts with one label each: which rows are used, and in which split."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from crosstask import shelf
from crosstask.tasks.fixed_splits import divided, gathered, in_fixed_order
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.samples import Sample
from crosstask.tasks.task import Example, Task
from crosstask.ui import Ui


class LabelledTexts(Sample):
    """One classification task, called as its shelf item, whose `file` holds a text and a label a line.

    The test split holds `test_rows` of each label, the validation split `validation_rows`; train holds the rest.
    `note` says which rows are used.
    """

    item: ClassVar[str]
    file: ClassVar[str]
    labels: ClassVar[tuple[str, ...]]
    test_rows: ClassVar[int]
    validation_rows: ClassVar[int]
    note: ClassVar[str]

    @abstractmethod
    def chosen(self, examples: Iterable[Example]) -> Mapping[str, Example]:
        """The examples used, each by the words that tell it from all others: their hash says in which split it is."""

    def names(self) -> tuple[str, ...]:
        """The name of the item."""
        return (self.item,)

    def open(self, name: str, ui: Ui) -> Task:
        """The task with its three splits."""
        file = shelf.ensure(self.item, ui) / self.file
        order = in_fixed_order(self.chosen(read_examples(file)))
        places = divided(order, lambda example: example.target, self.test_rows, self.validation_rows)
        return Task(name, Classification(labels=self.labels), gathered(places, str(file)), notes=(self.note,))


def read_examples(file: Path) -> Iterator[Example]:
    """The texts and labels of a file that the shelf wrote."""
    with file.open(encoding="utf-8") as lines:
        for row, line in enumerate(lines, start=1):
            record = json.loads(line)
            yield Example({"text": record["text"]}, record["label"], row)
