"""The tweets as tasks: what is in them, and that no split shares a text with another."""

from __future__ import annotations

import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from crosstask.errors import ShelfError
from crosstask.tasks.samples import open_sample
from crosstask.tasks.samples.tweets import Tweet, Tweets, read_tweets
from crosstask.tasks.task import Task

DOCS = Path(__file__).parents[2] / "docs" / "shelf.md"


@pytest.fixture(scope="module")
def samples() -> dict[str, Task]:
    try:
        return {name: open_sample(name) for name in Tweets().names()}
    except ShelfError as error:
        pytest.skip(str(error))


def labels(task: Task, split: str) -> Counter[str]:
    return Counter(example.target for example in task.split(split).examples)


@pytest.mark.parametrize("domain", ["airlines", "other"])
def test_each_label_has_its_fixed_number_of_rows(samples: dict[str, Task], domain: str) -> None:
    two, three = samples[f"sample:tweets-{domain}"], samples[f"sample:tweets-{domain}-3way"]
    assert labels(two, "test") == {"negative": 300, "positive": 300}
    assert labels(three, "test") == {"negative": 300, "neutral": 300, "positive": 300}
    assert set(labels(three, "validation").values()) == {200}
    assert min(labels(three, "train").values()) > 800


def test_no_two_splits_of_any_domain_share_a_text(samples: dict[str, Task]) -> None:
    tasks = [samples["sample:tweets-airlines-3way"], samples["sample:tweets-other-3way"]]
    splits = [
        [Tweet(row.inputs["text"], "", 0).words for row in split.examples]
        for task in tasks
        for split in task.splits.values()
    ]
    assert all(len(set(words)) == len(words) for words in splits)
    assert all(set(a).isdisjoint(b) for a, b in combinations(splits, 2))


def test_the_three_way_tasks_only_add_neutral_rows(samples: dict[str, Task]) -> None:
    for name in ("sample:tweets", "sample:tweets-airlines", "sample:tweets-other"):
        for split, rows in samples[name].splits.items():
            wider = samples[f"{name}-3way"].split(split).examples
            assert list(rows.examples) == [row for row in wider if row.target != "neutral"]


def test_both_domains_together_are_the_whole(samples: dict[str, Task]) -> None:
    for split, rows in samples["sample:tweets"].splits.items():
        parts = [samples[f"sample:tweets-{domain}"].split(split).examples for domain in ("airlines", "other")]
        assert sorted(row.row or 0 for row in rows.examples) == sorted(row.row or 0 for part in parts for row in part)


@pytest.mark.parametrize("domain", ["airlines", "other"])
def test_the_documented_counts_are_the_real_ones(samples: dict[str, Task], domain: str) -> None:
    task = samples[f"sample:tweets-{domain}-3way"]
    counts = {split: labels(task, split) for split in ("train", "validation", "test")}
    for label in task.kind.labels:  # type: ignore[attr-defined]
        cells = [domain, label, *(f"{counts[split][label]:,}" for split in counts)]
        assert f"| {' | '.join(cells)} |" in DOCS.read_text(encoding="utf-8")


def test_texts_are_clean(samples: dict[str, Task]) -> None:
    texts = [row.inputs["text"] for split in samples["sample:tweets-3way"].splits.values() for row in split.examples]
    assert not any(mark in text for text in texts for mark in ("\r", "&amp;", "\x8a", "\xe4\xf3", "\xd5\xa2"))
    assert sum("’" in text for text in texts) > 200


def write(file: Path, *tweets: tuple[str, str, float | None]) -> Path:
    rows = [json.dumps({"text": text, "label": label, "confidence": sure}) for text, label, sure in tweets]
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return file


def test_only_sure_original_tweets_are_used_once(tmp_path: Path) -> None:
    file = write(
        tmp_path / "tweets.jsonl",
        ("@United lost my bag", "negative", 1.0),
        ("@delta LOST my bag! https://t.co/x", "negative", 0.9),  # a copy
        ("unsure", "negative", 0.6),
        ("unknown", "negative", None),
        ("RT @united: hello there", "neutral", 1.0),
        ("smh “@JetBlue: our fleet”", "negative", 1.0),  # a quote
        ("so so", "negative", 1.0),
        ("So so!", "positive", 1.0),  # the crowd does not agree
        ("@united http://t.co/x", "neutral", 1.0),  # no words
        ("a united front", "positive", 0.7),
    )
    tweets = sorted((tweet for _, tweet in read_tweets(file)), key=lambda tweet: tweet.row)
    assert tweets == [Tweet("@United lost my bag", "negative", 1), Tweet("a united front", "positive", 10)]
    assert [tweet.domain for tweet in tweets] == ["airlines", "other"]


def test_splits_do_not_depend_on_the_order_of_the_file(tmp_path: Path) -> None:
    tweets = [(f"tweet number {number}", ("negative", "positive")[number % 2], 1.0) for number in range(1200)]
    forth = {tweet.text: split for split, tweet in read_tweets(write(tmp_path / "forth", *tweets))}
    back = {tweet.text: split for split, tweet in read_tweets(write(tmp_path / "back", *reversed(tweets)))}
    assert forth == back
    assert Counter(forth.values()) == {"test": 600, "validation": 400, "train": 200}
