"""Every language has all messages, with the same things to fill in, and knows what the rooms below say."""

from __future__ import annotations

import re
from dataclasses import fields
from string import Formatter

import pytest

from crosstask.reports.messages import Messages, messages
from crosstask.runs.references import references_for
from crosstask.tasks.kinds.classification import Classification
from crosstask.transfer.stories import STORIES
from crosstask.transfer.study import DIRECT, TRANSFER, ZERO_SHOT

CHINESE = re.compile("[\u4e00-\u9fff]")
TEXTS = [field.name for field in fields(Messages) if field.type == "str" and field.name != "language"]


def filled_in(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("language", [name for name in STORIES if name != "en"])
def test_a_text_takes_the_same_in_every_language(language: str, name: str) -> None:
    english, other = getattr(messages("en"), name), getattr(messages(language), name)
    assert filled_in(english) == filled_in(other)
    assert english != other


def test_headers_have_as_many_columns() -> None:
    for name in ("header", "facts_header"):
        assert len(getattr(messages("en"), name)) == len(getattr(messages("zh"), name))


@pytest.mark.parametrize("method", [DIRECT, TRANSFER, ZERO_SHOT, *references_for(Classification())])
def test_every_method_has_a_chinese_name(method: str) -> None:
    assert CHINESE.search(messages("zh").method(method))
    assert messages("en").method(method) == method


@pytest.mark.parametrize("name", TEXTS)
def test_chinese_is_written_in_chinese(name: str) -> None:
    """But for the names of things: nothing but what is filled in has letters, and no half-width mark ends a clause."""
    words = re.sub(r"\{\w+\}", "", getattr(messages("zh"), name))
    assert not re.search("[A-Za-z]", words)
    assert not re.search(r"[\u4e00-\u9fff][,;:?!.]", words)
