"""Finding samples by name, and what is particular to the news, the reviews, the dialogues and the written ones."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from crosstask.errors import NotFound, ShelfError
from crosstask.shelf.item import shelf_items
from crosstask.tasks.fixed_splits import words_of
from crosstask.tasks.samples import open_sample, sample_names, written_names
from crosstask.tasks.samples.chat import LANGUAGES
from crosstask.tasks.samples.reviews_zh import LEAST_CHARACTERS
from crosstask.tasks.task import Split, Task

DOCS = (Path(__file__).parents[2] / "docs" / "shelf.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def opened() -> Callable[[str], Task]:
    @cache
    def open_or_skip(name: str) -> Task:
        try:
            return open_sample(name)
        except ShelfError as error:
            pytest.skip(f"{name} cannot be had: {error}")

    return open_or_skip


def labels(split: Split) -> Counter[str]:
    return Counter(example.target for example in split.examples)


def test_an_unknown_sample_names_the_nearest() -> None:
    with pytest.raises(NotFound, match=r"'sample:tweet-airlines'\. Did you mean sample:tweets-airlines"):
        open_sample("sample:tweet-airlines")


@pytest.mark.parametrize(("name", "test", "validation"), [("sample:news", 50, 40), ("sample:reviews-zh", 300, 200)])
def test_held_out_splits_hold_as_much_of_each_label(
    opened: Callable[[str], Task], name: str, test: int, validation: int
) -> None:
    task = opened(name)
    for split, rows in (("test", test), ("validation", validation)):
        assert labels(task.split(split)) == dict.fromkeys(task.kind.space, rows)


@pytest.mark.parametrize("name", ["sample:news", "sample:reviews-zh"])
def test_the_documented_counts_are_the_real_ones(opened: Callable[[str], Task], name: str) -> None:
    counts = {split: labels(opened(name).split(split)) for split in ("train", "validation", "test")}
    for label in opened(name).kind.space:
        cells = [f"`{name}`", label, *(f"{counts[split][label]:,}" for split in counts)]
        assert f"| {' | '.join(cells)} |" in DOCS


def test_a_story_of_the_news_is_told_once(opened: Callable[[str], Task]) -> None:
    texts = [
        row.inputs["text"].split("\n") for split in opened("sample:news").splits.values() for row in split.examples
    ]
    for line in (0, 1):
        assert max(Counter(words_of(text[line]) for text in texts).values()) == 1


def test_chinese_reviews_say_something_and_are_no_answers_of_hotels(opened: Callable[[str], Task]) -> None:
    reviews = [row.inputs["text"] for split in opened("sample:reviews-zh").splits.values() for row in split.examples]
    assert all(sum(map(str.isalnum, text)) >= LEAST_CHARACTERS for text in reviews)
    assert not any(text.startswith("宾馆反馈") for text in reviews)
    assert any(text.startswith("宾馆") for text in reviews)


def test_tweets_can_teach_the_chinese_reviews(opened: Callable[[str], Task]) -> None:
    assert opened("sample:reviews-zh").kind.space == opened("sample:tweets-airlines").kind.space


@pytest.mark.parametrize("name", LANGUAGES)
def test_a_question_of_a_dialogue_is_asked_in_one_split(opened: Callable[[str], Task], name: str) -> None:
    splits = opened(name).splits
    asked = {split: Counter(words_of(row.inputs["source"]) for row in rows.examples) for split, rows in splits.items()}
    assert max(asked["test"].values()) == max(asked["validation"].values()) == 1
    assert not asked["train"].keys() & asked["test"].keys()
    assert not asked["validation"].keys() & (asked["train"].keys() | asked["test"].keys())
    assert all(len(row.target) == 1 for row in splits["train"].examples)
    train, validation, test = (f"{len(splits[split]):,}" for split in ("train", "validation", "test"))
    assert re.search(rf"^\| `{name}` \| [^|]+ \| {train} \| {validation} \| {test} \|$", DOCS, re.MULTILINE)


def test_conversations_go_on_and_alternative_answers_do_not(opened: Callable[[str], Task]) -> None:
    task = opened("sample:chat")
    told = {
        (row.inputs["source"], answer)
        for rows in task.splits.values()
        for row in rows.examples
        for answer in row.target
    }
    assert ("Hi", "How are you doing?") in told  # from a conversation
    assert ("What is a computer?", "The thing you're using to talk to me is a computer.") in told
    assert not any(said == "The thing you're using to talk to me is a computer." for said, _ in told)


def test_english_and_chinese_written_samples_have_one_label_space() -> None:
    for name in ("sample:pairs", "sample:entities", "sample:questions"):
        english, chinese = open_sample(name), open_sample(f"{name}-zh")
        assert type(english.kind) is type(chinese.kind)
        assert english.kind.space == chinese.kind.space


INPUTS = {
    "sample:entities": ("tokens",),
    "sample:entities-zh": ("tokens",),
    "sample:pairs": ("text", "text_pair"),
    "sample:pairs-zh": ("text", "text_pair"),
    "sample:questions": ("question", "context"),
    "sample:questions-zh": ("question", "context"),
    "sample:rewrites": ("source",),
    "sample:similarity": ("text", "text_pair"),
    "sample:topics": ("text",),
    **dict.fromkeys(sample_names("sample:chat"), ("source",)),
}


@pytest.mark.parametrize("name", sample_names())
def test_every_sample_gives_all_its_inputs(opened: Callable[[str], Task], name: str) -> None:
    inputs = INPUTS.get(name, ("text",))
    for split in opened(name).splits.values():
        assert {tuple(example.inputs) for example in split.examples} == {inputs}


def test_every_sample_is_documented() -> None:
    for name in sample_names():
        assert f"`{name}`" in DOCS or name.endswith("-3way")


def test_every_sample_is_of_an_item_or_written() -> None:
    of_items = [name for item in shelf_items() for name in sample_names(item.name)]
    assert sorted([*of_items, *written_names()]) == sorted(sample_names())
