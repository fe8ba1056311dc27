"""Tweets with sentiment: which of the shelf's are used, in which domain and in which split."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import ClassVar

from crosstask import shelf
from crosstask.tasks.fixed_splits import divided, gathered, in_fixed_order, without_copies, words_of
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.samples import Sample
from crosstask.tasks.task import Example, Task
from crosstask.ui import Ui

TEST_ROWS, VALIDATION_ROWS = 300, 200
"""Rows a label that each domain gives to its test and validation split."""

LEAST_CONFIDENCE = 0.6
"""The crowd's confidence in the label that a tweet must exceed."""

_DOMAINS = {
    "sample:tweets": ("airlines", "other"),
    "sample:tweets-airlines": ("airlines",),
    "sample:tweets-other": ("other",),
}
_LABELS = {"": ("negative", "positive"), "-3way": ("negative", "neutral", "positive")}
_NOTE = f"tweets that the crowd was sure of (confidence over {LEAST_CONFIDENCE}), without retweets, quotes and copies"
_AIRLINE = re.compile(r"@(virginamerica|southwestair|jetblue|usairways|americanair|united|delta)\b", re.IGNORECASE)
_RETWEET = re.compile(r"""\b[RM]T\b[\s:\u201c"]*@\w|[\u201c\u201d"']\s?@\w+:""")  # RT @name, or a quote "@name:
_LINK_OR_MENTION = re.compile(r"https?:\S*|@\w+", re.IGNORECASE)


class Tweets(Sample):
    """English tweets: on airlines, on everything else, or both; with two labels or, with `-3way`, the neutral too."""

    item: ClassVar[str] = "sample:tweets"

    def names(self) -> tuple[str, ...]:
        """Every domain with either set of labels."""
        return tuple(domain + labels for domain, labels in product(_DOMAINS, _LABELS))

    def open(self, name: str, ui: Ui) -> Task:
        """The tweets of one domain or both that have one of the labels."""
        suffix = "-3way" if name.endswith("-3way") else ""
        domains, labels = _DOMAINS[name.removesuffix(suffix)], _LABELS[suffix]
        file = shelf.ensure(self.item, ui) / "tweets.jsonl"
        examples = (
            (split, Example({"text": tweet.text}, tweet.label, tweet.row))
            for split, tweet in read_tweets(file)
            if tweet.domain in domains and tweet.label in labels
        )
        return Task(name, Classification(labels=labels), gathered(examples, str(file)), notes=(_NOTE,))


@dataclass(frozen=True, slots=True)
class Tweet:
    """A tweet with the crowd's label, and the line of the shelf's file it stands on."""

    text: str
    label: str
    row: int

    @property
    def domain(self) -> str:
        """`airlines` where it mentions one, else `other`."""
        return "airlines" if _AIRLINE.search(self.text) else "other"

    @property
    def words(self) -> str:
        """Its words without links and mentions: equal for copies."""
        return words_of(_LINK_OR_MENTION.sub(" ", self.text))


def read_tweets(file: Path) -> list[tuple[str, Tweet]]:
    """The tweets used, each with its split, in an order that says nothing.

    Used is what the crowd was sure of, neither repeats nor quotes another tweet, and has words of its own. Of copies
    one stays, and none where their labels differ. Split and order follow from a hash of the words alone.
    """
    with file.open(encoding="utf-8") as lines:
        chosen = without_copies(_sure_and_original(lines), lambda tweet: tweet.words, lambda tweet: tweet.label)
    places = divided(in_fixed_order(chosen), lambda tweet: (tweet.domain, tweet.label), TEST_ROWS, VALIDATION_ROWS)
    return list(places)


def _sure_and_original(lines: Iterable[str]) -> Iterator[Tweet]:
    for row, line in enumerate(lines, start=1):
        record = json.loads(line)
        if (record["confidence"] or 0) > LEAST_CONFIDENCE and not _RETWEET.search(record["text"]):
            yield Tweet(record["text"], record["label"], row)
