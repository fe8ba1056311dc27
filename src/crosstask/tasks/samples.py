"""The sample tasks by name, made from the data of the shelf."""

from __future__ import annotations

from itertools import product

from crosstask import shelf
from crosstask.errors import NotFound, nearest
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import TEST, TRAIN, VALIDATION, Example, Split, Task
from crosstask.tasks.tweets import LEAST_CONFIDENCE, read_tweets
from crosstask.ui import Silent, Ui

_TWEETS = "sample:tweets"
_DOMAINS = {
    _TWEETS: ("airlines", "other"),
    "sample:tweets-airlines": ("airlines",),
    "sample:tweets-other": ("other",),
}
_LABELS = {"": ("negative", "positive"), "-3way": ("negative", "neutral", "positive")}
_NOTE = f"tweets that the crowd was sure of (confidence over {LEAST_CONFIDENCE}), without retweets, quotes and copies"


def sample_names(item: str | None = None) -> tuple[str, ...]:
    """The names that `open_sample` knows: all, or those made from the data of one item of the shelf."""
    made = tuple(domain + labels for domain, labels in product(_DOMAINS, _LABELS))
    return made if item in (None, _TWEETS) else ()


def open_sample(name: str, ui: Ui | None = None) -> Task:
    """The sample task called `name`, its data fetched on first use; NotFound with the nearest names otherwise."""
    if name not in sample_names():
        raise NotFound(f"no sample is called '{name}'", mend=nearest(name, sample_names()))
    suffix = "-3way" if name.endswith("-3way") else ""
    return _tweets(name, _DOMAINS[name.removesuffix(suffix)], _LABELS[suffix], ui or Silent())


def _tweets(name: str, domains: tuple[str, ...], labels: tuple[str, ...], ui: Ui) -> Task:
    file = shelf.ensure(_TWEETS, ui) / "tweets.jsonl"
    examples: dict[str, list[Example]] = {TRAIN: [], VALIDATION: [], TEST: []}
    for split, tweet in read_tweets(file):
        if tweet.domain in domains and tweet.label in labels:
            examples[split].append(Example({"text": tweet.text}, tweet.label, tweet.row))
    splits = {split: Split(rows, str(file)) for split, rows in examples.items()}
    return Task(name, Classification(text="text", label="label", labels=labels), splits, notes=(_NOTE,))
