"""Chinese reviews of books, hotels and computers with sentiment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import ClassVar

from crosstask.tasks.fixed_splits import without_copies, words_of
from crosstask.tasks.labelled_texts import LabelledTexts
from crosstask.tasks.task import Example

LEAST_CHARACTERS = 4
"""Letters, digits and Chinese characters that a review must hold: what is shorter is mostly a heading (缺点：)."""

_ANSWER = "宾馆反馈"  # so begins what the hotel wrote under the review


class ReviewsZh(LabelledTexts):
    """Reviews with the labels of the English tweets, so that these can teach it."""

    item: ClassVar[str] = "sample:reviews-zh"
    file: ClassVar[str] = "reviews.jsonl"
    labels: ClassVar[tuple[str, ...]] = ("negative", "positive")
    test_rows: ClassVar[int] = 300
    validation_rows: ClassVar[int] = 200
    note: ClassVar[str] = f"reviews of {LEAST_CHARACTERS} characters or more, without copies and the answers of hotels"

    def chosen(self, examples: Iterable[Example]) -> Mapping[str, Example]:
        """One of all copies, and none where their labels differ."""
        reviews = filter(_is_review, examples)
        return without_copies(reviews, lambda example: words_of(example.inputs["text"]), lambda example: example.target)


def _is_review(example: Example) -> bool:
    text = example.inputs["text"]
    return sum(map(str.isalnum, text)) >= LEAST_CHARACTERS and not text.startswith(_ANSWER)
