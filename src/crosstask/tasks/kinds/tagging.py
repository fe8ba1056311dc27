"""A tag for each word: entities, parts of speech."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, ClassVar, Self

from crosstask.errors import InputError
from crosstask.tasks.cells import on_one_line, text_cell
from crosstask.tasks.columns import TEXTS, Columns
from crosstask.tasks.entities import OUTSIDE, Entity, as_bio, entities, is_bio, odd_tags
from crosstask.tasks.kind import Kind, Miss, Scores
from crosstask.tasks.known_names import known_as
from crosstask.tasks.task import TRAIN, Example, Split
from crosstask.tasks.unknown_labels import require_known
from crosstask.tasks.words import Words, as_many, is_unspaced, tags_cell, tags_of, words_cell
from crosstask.ui import counted

_WORDS = ("tokens", "words", "characters", "chars")
_TOKENS = (*_WORDS, "token", "word")
_ONE_A_WORD = ("tags", "ner_tags", "bio_tags", "pos_tags")
_TAGS = (*_ONE_A_WORD, "labels", "ner", "pos", "tag", "label")


class Tagging(Kind):
    """Input `tokens`, the words of a text; target `tags`, one a word.

    Tags are BIO (IOB1, BIOES and BILOU are turned into it when they are read) or plain. Words of a plain tag are each a
    span of their own, as parts of speech are; where O is among the plain tags, neighbours of one tag are one span.

    A prediction record is `{"tokens", "tags", "spans"}`: the words, their tags, and what they mark, each span with
    `label`, `text`, `start`, `end` and `probability`. Its places are characters of the text: the one given, or the
    words joined by spaces (by none between Chinese characters).
    """

    fields: ClassVar[tuple[str, ...]] = ("tokens", "tags")
    target: ClassVar[str] = "tags"
    metrics: ClassVar[tuple[str, ...]] = ("f1", "precision", "recall", "accuracy")
    precedence: ClassVar[int] = 20
    counted: ClassVar[str] = "spans"
    windowed: ClassVar[bool] = True
    hub_task: ClassVar[str] = "token-classification"

    tokens: str = "tokens"
    """column of the words: lists, or texts with spaces between the words"""
    tags: str | None = "tags"
    """column of the tags, in the form of the words"""
    labels: tuple[str, ...] = ()
    """tags in order; learned from train where none are given"""
    aliases: Mapping[str, str] = {}
    """tag as written in files -> tag"""

    @classmethod
    def detect(cls, columns: Columns, named: Mapping[str, str]) -> Self | None:
        """The kind by named columns, or by well-known names.

        Columns called as `tokens` and `tags` are it whatever they hold; under other names such as `labels` the cells
        have to hold as many tags as words, or tags of BIO, and both beside a column such as `text`. Words alone are a
        table that is asked.
        """
        if not named.keys() <= set(cls.fields):
            return None
        tokens = named.get("tokens") or columns.first_known(_TOKENS, but=[named.get("tags")])
        tags = named.get("tags") or columns.first_known(_TAGS, but=[tokens])
        if tokens is None and tags is not None:
            tokens = _tagged_text(columns, tags)
        asked = columns.names == (tokens,)
        if tokens is None or not (named or asked or (tags and _are_tags(columns, tokens, tags))):
            return None
        return cls(tokens=tokens, tags=tags)

    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record, its tags in BIO."""
        try:
            words = words_cell(record.get(self.tokens), self.tokens)
            target = None if self.tags is None else self._tags(record, self.tags, len(words))
        except InputError as error:
            raise error.at(file, row) from None
        return Example({"tokens": words}, target, row)

    def example_of_text(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of a text, which stays as it is: its words are found later."""
        try:
            return Example({"tokens": text_cell(record.get(self.tokens), self.tokens)}, row=row)
        except InputError as error:
            raise error.at(file, row) from None

    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind with the tags of train in their order: O, then B- and I- of each label; plain tags by name."""
        train = splits[TRAIN].examples if TRAIN in splits else ()
        shown = {tag for example in train for tag in example.target or ()}
        labels = self.labels or _ordered(shown)
        if not labels:
            message = "there are no train rows to learn the tags from"
            raise InputError(message, mend="Add them: in a folder, as train.csv.")
        self._require_one_sort(splits)
        require_known(self, splits, labels, tuple)
        if len(shown) == 1:
            message = f"all words of train have the tag '{shown.pop()}'"
            raise InputError(message, file=splits[TRAIN].file, field=self.tags, mend="Give words of two tags.")
        return self.model_copy(update={"labels": labels})

    @property
    def space(self) -> tuple[str, ...]:
        """The tags."""
        return self.labels

    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """F1, precision and recall of spans, exact in words and label, over all together; the share of right tags."""
        from crosstask.tasks.entity_counts import EntityCounts

        rows = zip(examples, predictions, strict=True)
        counted = EntityCounts.of(((example.target, record["tags"]) for example, record in rows), self._bio)
        return Scores(len(examples), counted.metrics(seed), {"per label": counted.table()})

    def error(self, record: Mapping[str, Any], target: Sequence[str]) -> float:
        """Spans that were missed or invented."""
        return float(len({*entities(self._bio(record["tags"]))} ^ {*entities(self._bio(target))}))

    def told(self, record: Mapping[str, Any]) -> str:
        """The spans with their labels."""
        return ", ".join(f"{span['text']} ({span['label']})" for span in record["spans"]) or "no spans"

    def written(self, target: Sequence[str]) -> str:
        """The tags."""
        return " ".join(target)

    def named(self, target: Sequence[str]) -> tuple[str, ...]:
        """The label of each span."""
        return tuple(entity.label for entity in entities(self._bio(target)))

    def misses(self, predictions: Sequence[Mapping[str, Any]], examples: Sequence[Example]) -> tuple[Miss, ...]:
        """Every row with a span too many or too few, the worst first; expected spans are told as found ones are."""
        found = [
            Miss(example.row, on_one_line(example.texts), self._expected(example), self.told(record), error)
            for record, example in zip(predictions, examples, strict=True)
            if (error := self.error(record, example.target)) > 0
        ]
        return tuple(sorted(found, key=lambda miss: -miss.error))

    def record(self, words: Words, tags: Sequence[str], probabilities: Sequence[float]) -> dict[str, Any]:
        """The prediction record for one tag a word and its probability.

        The probability of a span is the product of those of its words.
        """
        mended = as_bio(tags)
        spans = [_span(words, entity, probabilities) for entity in entities(self._bio(mended))]
        return {"tokens": list(words.words), "tags": list(mended), "spans": spans}

    def _expected(self, example: Example) -> str:
        words = Words.of(example.inputs["tokens"])
        return self.told(self.record(words, example.target, [1.0] * len(words.places)))

    def _bio(self, tags: Sequence[str]) -> Sequence[str]:
        """The spans of tags as BIO, whatever the tags are."""
        if all(map(is_bio, self.labels)):
            return tags
        if OUTSIDE in self.labels:
            return as_bio([tag if tag == OUTSIDE else f"I-{tag}" for tag in tags])
        return [f"B-{tag}" for tag in tags]

    def _tags(self, record: Mapping[str, Any], column: str, words: int) -> tuple[str, ...]:
        tags = [self.aliases.get(tag, tag) for tag in tags_cell(record.get(column), column)]
        if len(tags) != words:
            message = f"holds {counted(len(tags), 'tag')} for {counted(words, 'word')}"
            by_characters = " The words are the characters of a text without spaces; else give a list of words."
            mend = "Give each word one tag." + by_characters * is_unspaced(record.get(self.tokens))
            raise InputError(message, field=column, mend=mend)
        return as_bio(tags)

    def _require_one_sort(self, splits: Mapping[str, Split]) -> None:
        words = Counter(tag for split in splits.values() for example in split.examples for tag in example.target or ())
        odd = odd_tags(words)
        for split in splits.values() if odd else ():
            for example in split.examples:
                tag = next((tag for tag in example.target or () if tag in odd), None)
                if tag is not None:
                    message = _of_another_sort(tag, next(tag for tag in words if tag not in (OUTSIDE, *odd)))
                    mend = "Write all tags as B-NAME, I-NAME and O, or none."
                    raise InputError(message, file=split.file, row=example.row, field=self.tags, mend=mend)


def _of_another_sort(tag: str, other: str) -> str:
    found, wanted = ("is", "is not") if is_bio(tag) else ("is not", "is")
    return f"the tag '{tag}' {found} of BIO and '{other}' {wanted}"


def _are_tags(columns: Columns, tokens: str, tags: str) -> bool:
    """Whether a column holds the tags of the words in another, by both names or by the cells."""
    if known_as(tokens) in _WORDS and known_as(tags) in _ONE_A_WORD:
        return True
    pairs = columns.together(tokens, tags)
    return as_many(pairs) or _hold_bio([tags_of(cell) for _, cell in pairs])


def _tagged_text(columns: Columns, tags: str) -> str | None:
    """The column of texts that have a tag of BIO for each of their words."""
    text = columns.first_known(TEXTS, but=[tags])
    pairs = [] if text is None else columns.together(text, tags)
    return text if pairs and as_many(pairs) and _hold_bio([tags_of(cell) for _, cell in pairs]) else None


def _hold_bio(rows: Sequence[Sequence[str]]) -> bool:
    """Whether most rows are tags of BIO or of a scheme like it, and one of them tags several words."""
    bio = [tags for tags in rows if tags and all(map(is_bio, as_bio(tags)))]
    return 2 * len(bio) >= len(rows) and any(len(tags) > 1 and {*tags} != {OUTSIDE} for tags in bio)


def _ordered(tags: set[str]) -> tuple[str, ...]:
    """Plain tags by name; of BIO tags O first, then both forms of each label, whether train shows them or not."""
    if not all(map(is_bio, tags)):
        return tuple(sorted(tags))
    labels = sorted({tag[2:] for tag in tags} - {""})
    return tuple([OUTSIDE] * bool(tags) + [f"{form}-{label}" for label in labels for form in "BI"])


def _span(words: Words, entity: Entity, probabilities: Sequence[float]) -> dict[str, Any]:
    start, end = words.places[entity.first][0], words.places[entity.end - 1][1]
    sure = prod(probabilities[entity.first : entity.end])
    return {"label": entity.label, "text": words.text[start:end], "start": start, "end": end, "probability": sure}
