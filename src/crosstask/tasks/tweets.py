"""Which of the shelf's tweets are used, in which domain and in which split."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from crosstask.tasks.task import TEST, TRAIN, VALIDATION

TEST_ROWS, VALIDATION_ROWS = 300, 200
"""Rows a label that each domain gives to its test and validation split."""

LEAST_CONFIDENCE = 0.6
"""The crowd's confidence in the label that a tweet must exceed."""

_AIRLINE = re.compile(r"@(virginamerica|southwestair|jetblue|usairways|americanair|united|delta)\b", re.IGNORECASE)
_RETWEET = re.compile(r"""\b[RM]T\b[\s:\u201c"]*@\w|[\u201c\u201d"']\s?@\w+:""")  # RT @name, or a quote "@name:
_LINK_OR_MENTION = re.compile(r"https?:\S*|@\w+", re.IGNORECASE)


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


def read_tweets(file: Path) -> list[tuple[str, Tweet]]:
    """The tweets used, each with its split, in an order that says nothing.

    Used is what the crowd was sure of, neither repeats nor quotes another tweet, and has words of its own. Of copies
    one stays, and none where their labels differ. Split and order follow from a hash of the words alone.
    """
    with file.open(encoding="utf-8") as lines:
        chosen = _without_copies(_sure_and_original(lines))
    order = sorted(chosen, key=lambda words: hashlib.sha256(words.encode()).digest())
    return list(_with_splits(chosen[words] for words in order))


def words_of(text: str) -> str:
    """The words of a tweet, case folded, without links and mentions: equal for copies."""
    return " ".join(re.findall(r"\w+", _LINK_OR_MENTION.sub(" ", text).casefold()))


def _sure_and_original(lines: Iterable[str]) -> Iterator[Tweet]:
    for row, line in enumerate(lines, start=1):
        record = json.loads(line)
        if (record["confidence"] or 0) > LEAST_CONFIDENCE and not _RETWEET.search(record["text"]):
            yield Tweet(record["text"], record["label"], row)


def _without_copies(tweets: Iterable[Tweet]) -> Mapping[str, Tweet]:
    """One tweet for each sequence of words on whose label all copies agree."""
    copies: dict[str, list[Tweet]] = {}
    for tweet in tweets:
        copies.setdefault(words_of(tweet.text), []).append(tweet)
    copies.pop("", None)
    return {words: same[0] for words, same in copies.items() if len({tweet.label for tweet in same}) == 1}


def _with_splits(tweets: Iterable[Tweet]) -> Iterator[tuple[str, Tweet]]:
    """The first of each domain and label go to test, the next to validation, the rest to train."""
    seen: Counter[tuple[str, str]] = Counter()
    for tweet in tweets:
        place = (tweet.domain, tweet.label)
        split = TEST if seen[place] < TEST_ROWS else VALIDATION if seen[place] < TEST_ROWS + VALIDATION_ROWS else TRAIN
        seen[place] += 1
        yield split, tweet
