"""News of the BBC in five topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from crosstask.tasks.fixed_splits import without_copies, words_of
from crosstask.tasks.labelled_texts import LabelledTexts
from crosstask.tasks.task import Example


class News(LabelledTexts):
    """Texts of 90 to 4,400 words; of the versions of one story, told by their title or their first paragraph, one."""

    item: ClassVar[str] = "sample:news"
    file: ClassVar[str] = "news.jsonl"
    labels: ClassVar[tuple[str, ...]] = ("business", "entertainment", "politics", "sports", "tech")
    test_rows: ClassVar[int] = 50
    validation_rows: ClassVar[int] = 40
    note: ClassVar[str] = "news without copies and without second versions of a story"

    def chosen(self, examples: Iterable[Example]) -> Mapping[str, Example]:
        """The first of all texts with one title, and of those the first with one first paragraph."""
        titled = without_copies(examples, lambda example: _line(example, 0), lambda example: example.target)
        return without_copies(titled.values(), lambda example: _line(example, 1), lambda example: example.target)


def _line(example: Example, number: int) -> str:
    return words_of(example.inputs["text"].split("\n")[number])
