"""What a column is called, in the words that the kinds know."""

from __future__ import annotations

from collections.abc import Mapping

_CHINESE: Mapping[str, str] = {
    "文本": "text",
    "句子": "sentence",
    "评论": "review",
    "评价": "review",
    "内容": "content",
    "正文": "body",
    "标题": "title",
    "描述": "description",
    "消息": "message",
    "文档": "document",
    "文章": "article",
    "标签": "label",
    "类别": "category",
    "分类": "category",
    "情感": "sentiment",
    "情绪": "emotion",
    "意图": "intent",
    "主题": "topic",
    "星级": "stars",
    "评分": "rating",
    "分数": "score",
    "得分": "score",
    "相似度": "similarity",
    "句子1": "sentence1",
    "句子2": "sentence2",
    "文本1": "text1",
    "文本2": "text2",
    "前提": "premise",
    "假设": "hypothesis",
    "问题1": "question1",
    "问题2": "question2",
    "问题": "question",
    "问": "question",
    "上下文": "context",
    "段落": "passage",
    "答案": "answer",
    "答": "answer",
    "词": "words",
    "词语": "words",
    "字": "characters",
    "标注": "tags",
    "词性": "pos",
    "原文": "source",
    "译文": "target",
    "输入": "input",
    "输出": "output",
    "指令": "instruction",
    "摘要": "summary",
    "对话": "dialogue",
    "提示": "prompt",
    "回答": "response",
    "回复": "response",
}


def known_as(name: str) -> str:
    """A column's name without regard to case, that of a Chinese column in English.

    >>> known_as("Label "), known_as("标签"), known_as("备注")
    ('label', 'label', '备注')
    """
    plain = name.strip().lower()
    return _CHINESE.get(plain, plain)
