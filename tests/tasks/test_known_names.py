"""A table whose columns are named in Chinese is known by them as one with English names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from crosstask.tasks import open_task, read_inputs

TEXTS = ["房间很干净，下次还来", "早餐难吃，再也不来了", "位置不错，就是有点吵", "服务很热情"]
MORE = ["干净的房间", "难吃的早餐", "吵闹的位置", "热情的服务"]
WORDS = [["小明", "去", "北京"], ["小红", "在", "上海"]]
TAGS = [["B-PER", "O", "B-LOC"], ["B-PER", "O", "B-LOC"]]

TABLES: dict[str, tuple[dict[str, Sequence[Any]], str, dict[str, str]]] = {
    "classification": (
        {"编号": range(4), "评论": TEXTS, "情感": ["好", "坏", "坏", "好"]},
        "classification",
        {"text": "评论", "label": "情感"},
    ),
    "a pair": (
        {"句子1": TEXTS, "句子2": MORE, "标签": [1, 0, 0, 1]},
        "classification",
        {"text": "句子1", "text_pair": "句子2", "label": "标签"},
    ),
    "multi-label": (
        {"文本": TEXTS, "标签": ["卫生;服务", "餐饮", "位置;卫生", "服务;餐饮"]},
        "multi_label",
        {"text": "文本", "labels": "标签"},
    ),
    "a score": (
        {"句子1": TEXTS, "句子2": MORE, "相似度": [4.5, 4.0, 3.5, 5.0]},
        "regression",
        {"text": "句子1", "text_pair": "句子2", "value": "相似度"},
    ),
    "whole scores": (
        {"内容": [f"第{number}篇" for number in range(30)], "得分": range(30)},
        "regression",
        {"text": "内容", "value": "得分"},
    ),
    "tags": ({"词语": WORDS, "标注": TAGS}, "tagging", {"tokens": "词语", "tags": "标注"}),
    "a span": (
        {"问题": ["谁去北京？", "谁在上海？"], "上下文": ["小明去北京", "小红在上海"], "答案": ["小明", "小红"]},
        "span",
        {"question": "问题", "context": "上下文", "answer": "答案"},
    ),
    "a translation": (
        {"原文": TEXTS, "译文": ["clean, again", "bad breakfast", "good place, loud", "kind staff"]},
        "generation",
        {"source": "原文", "output": "译文"},
    ),
    "a summary": ({"文章": TEXTS, "摘要": MORE}, "generation", {"source": "文章", "output": "摘要"}),
    "an answer": ({"提示": TEXTS, "回答": MORE}, "generation", {"source": "提示", "output": "回答"}),
}


@pytest.mark.parametrize(("columns", "kind", "found"), TABLES.values(), ids=TABLES)
def test_chinese_names_are_known(columns: dict[str, Sequence[Any]], kind: str, found: dict[str, str]) -> None:
    task = open_task(_rows(columns), name="mine")
    assert task.kind.method_name() == kind
    assert task.kind.columns == found


@pytest.mark.parametrize("name", ["article", "text", "content", "文章", "原文"])
def test_a_text_in_which_the_answers_stand_is_their_context(name: str) -> None:
    rows = [{"question": f"who {row}?", name: f"built by Bo{row} then", "answer": f"Bo{row}"} for row in range(6)]
    assert open_task(rows, name="mine").kind.columns == {"question": "question", "context": name, "answer": "answer"}
    apart = [{**row, "answer": f"nobody {number} knows"} for number, row in enumerate(rows)]
    assert open_task(apart, name="mine").kind.method_name() == "generation"


@pytest.mark.parametrize(("text", "tags"), [("text", "ner_tags"), ("sentence", "labels"), ("文本", "标签")])
def test_a_text_with_a_tag_of_bio_for_each_word_is_tagged(text: str, tags: str) -> None:
    rows = [{text: "Ann sings", tags: "B-PER O"}, {text: "Bo is here", tags: "B-PER O O"}]
    assert open_task(rows, name="mine").kind.columns == {"tokens": text, "tags": tags}
    labelled = [{text: "a good film", tags: "very good one"}, {text: "a bad film", tags: "very bad one"}]
    assert open_task(labelled, name="mine").kind.method_name() == "classification"


@pytest.mark.parametrize(
    ("table", "asked"), [("a span", {"question": "when?", "context": "in 1999"}), ("tags", {"words": ["c"]})]
)
def test_rows_that_are_asked_may_have_other_well_known_names(table: str, asked: dict[str, Any]) -> None:
    (example,) = read_inputs([asked], open_task(_rows(TABLES[table][0]), name="mine").kind)
    assert len(example.inputs) == len(asked)


def _rows(columns: dict[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]
