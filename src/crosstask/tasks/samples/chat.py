"""Dialogues as answers to learn: what was said, and what was said to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path
from typing import ClassVar

from crosstask import shelf
from crosstask.tasks.fixed_splits import gathered, in_fixed_order, words_of
from crosstask.tasks.kinds.generation import Generation
from crosstask.tasks.samples import Sample
from crosstask.tasks.task import TEST, TRAIN, VALIDATION, Example, Task
from crosstask.ui import Ui

LANGUAGES = {
    "sample:chat": "english",
    "sample:chat-bn": "bengali",
    "sample:chat-de": "german",
    "sample:chat-es": "spanish",
    "sample:chat-fa": "persian",
    "sample:chat-id": "indonesian",
    "sample:chat-it": "italian",
    "sample:chat-ja": "japanese",
    "sample:chat-ko": "korean",
    "sample:chat-nl": "dutch",
    "sample:chat-pt": "portuguese",
    "sample:chat-uk": "ukrainian",
    "sample:chat-zh": "chinese",
    "sample:chat-zh-hant": "traditionalchinese",
}
"""The tasks, and what the shelf calls their languages: those with a hundred conversations or more."""

_NOTE = "conversations that open alike are in one split; in validation and test every answer to a question counts"


class Chat(Sample):
    """A generation task a language: from a question, or a turn of a conversation, to the answer."""

    item: ClassVar[str] = "sample:chat"

    def names(self) -> tuple[str, ...]:
        """`sample:chat` is English; the others end in the code of their language."""
        return tuple(LANGUAGES)

    def open(self, name: str, ui: Ui) -> Task:
        """The task of one language."""
        file = shelf.ensure(self.item, ui) / "chat.jsonl"
        examples = _with_splits(_by_opening(file, LANGUAGES[name]))
        return Task(name, Generation(), gathered(examples, str(file)), notes=(_NOTE,))


def _by_opening(file: Path, language: str) -> dict[str, list[Example]]:
    """The examples of all conversations that open with the same words."""
    openings: dict[str, list[Example]] = {}
    with file.open(encoding="utf-8") as lines:
        for row, line in enumerate(lines, start=1):
            record = json.loads(line)
            if record["language"] == language:
                found = openings.setdefault(words_of(record["turns"][0]), [])
                found += [Example({"source": said}, (answer,), row) for said, answer in _pairs(**record)]
    return openings


def _pairs(topic: str, turns: list[str], **_: str) -> Iterable[tuple[str, str]]:
    """What is said and what answers it: only conversations go on, elsewhere all that follows answers the opening."""
    return pairwise(turns) if topic == "conversations" else [(turns[0], answer) for answer in turns[1:]]


def _with_splits(openings: Mapping[str, list[Example]]) -> Iterator[tuple[str, Example]]:
    """A tenth of the openings is test, the next tenth validation, the rest train; none asks what one before it has."""
    order = in_fixed_order(openings)
    tenth = len(order) // 10
    asked: set[str] = set()
    for split, part in ((TEST, order[:tenth]), (VALIDATION, order[tenth : 2 * tenth]), (TRAIN, order[2 * tenth :])):
        questions = _questions(chain.from_iterable(part))
        for words, example in questions.items():
            if words not in asked:
                yield from ((split, one) for one in (_one_by_one(example) if split == TRAIN else [example]))
        asked |= questions.keys()


def _questions(examples: Iterable[Example]) -> dict[str, Example]:
    """One example for all that ask with the same words; its target is all their answers."""
    found: dict[str, Example] = {}
    for example in examples:
        words = words_of(example.inputs["source"])
        first = found.get(words, example)
        found[words] = replace(first, target=tuple(dict.fromkeys([*first.target, *example.target])))
    return found


def _one_by_one(example: Example) -> list[Example]:
    """An example for each answer, for of several only the first is learned."""
    return [replace(example, target=(answer,)) for answer in example.target]
