"""Every kind in small files, English with some Chinese, and every way in which tiny models learn them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_VIEWS = {"good": 4.5, "great": 5.0, "nice": 3.5, "late": 2.0, "bad": 1.0, "awful": 0.5}
_SAID = [(thing, view) for thing in ("film", "food", "plane") for view in _VIEWS]
_CHINESE = [("电影", "很好", "film", "good"), ("饭菜", "难吃", "food", "awful"), ("飞机", "晚点了", "plane", "late")]

Row = Mapping[str, Any]


def _side(view: str) -> str:
    return "good" if _VIEWS[view] > 3 else "bad"


def _with_chinese(english: list[Row], chinese: list[Row]) -> tuple[Row, ...]:
    """Chinese rows among the English ones."""
    return tuple(row for place, row in enumerate(english) for row in (row, *chinese[place::18]))


@dataclass(frozen=True)
class Sheet:
    """The rows of a small file of one kind, the file's suffix, and what its bundle can be asked."""

    rows: tuple[Row, ...]
    asked: tuple[str, ...]
    suffix: str = ".csv"

    def write(self, folder: Path) -> Path:
        """A task: all rows as train, two shares of them as validation and test."""
        folder.mkdir(parents=True)
        for split, rows in (("train", self.rows), ("validation", self.rows[::2]), ("test", self.rows[::3])):
            self.write_rows(folder / f"{split}{self.suffix}", rows)
        return folder

    def write_rows(self, file: Path, rows: tuple[Row, ...]) -> Path:
        """Rows as a file."""
        with file.open("w", encoding="utf-8", newline="") as out:
            if self.suffix == ".jsonl":
                out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            else:
                table = csv.DictWriter(out, list(rows[0]))
                table.writeheader()
                table.writerows(rows)
        return file


_TEXTS = [f"the {thing} was {view}" for thing, view in _SAID]
_TEXTS_ZH = [thing + view for thing, view, _, _ in _CHINESE]
_ALL_SAID = _SAID + [(thing, view) for _, _, thing, view in _CHINESE]


def _labelled(column: str, cell: Any) -> tuple[Row, ...]:
    rows = [{"text": text, column: cell(*said)} for text, said in zip(_TEXTS + _TEXTS_ZH, _ALL_SAID, strict=True)]
    return _with_chinese(rows[:18], rows[18:])


def _tagged() -> tuple[Row, ...]:
    english = [
        {"tokens": ["the", thing, "was", "very", view], "tags": ["O", "B-THING", "O", "B-VIEW", "I-VIEW"]}
        for thing, view in _SAID
    ]
    chinese = [
        {"tokens": [*thing, *view], "tags": ["B-THING", "I-THING", "B-VIEW", *["I-VIEW"] * (len(view) - 1)]}
        for thing, view, _, _ in _CHINESE
    ]
    return _with_chinese(english, chinese)


def _questions() -> tuple[Row, ...]:
    english = [
        {"question": f"what was {view}", "context": f"a {thing} was {view} and it is", "answer": f"a {thing}"}
        for thing, view in _SAID
    ]
    chinese = [
        {
            "question": f"什么{view}？",
            "context": f"我说：{thing}{view}。",
            "answer": {"text": [thing], "answer_start": [3]},
        }
        for thing, view, _, _ in _CHINESE
    ]
    return _with_chinese(english, chinese)


def _pairs() -> list[tuple[str, str]]:
    english = [(text, f"{view} {thing}") for text, (thing, view) in zip(_TEXTS, _SAID, strict=True)]
    return english + [(thing + view, f"{view}的{thing}") for thing, view, _, _ in _CHINESE]


def _turns(said: str, answer: str) -> Row:
    return {"messages": [{"role": "user", "content": said}, {"role": "assistant", "content": answer}]}


ASKED = ("the food was very nice", "饭菜很好")
QUESTIONS = (
    json.dumps({"question": "what was nice", "context": "a plane was nice and it is"}),
    json.dumps({"question": "什么很好？", "context": "我说：饭菜很好。"}, ensure_ascii=False),
)

SHEETS = {
    "classification": Sheet(_labelled("label", lambda _, view: _side(view)), ASKED),
    "multi_label": Sheet(_labelled("labels", lambda thing, view: f"{thing};{_side(view)}"), ASKED),
    "regression": Sheet(_labelled("score", lambda _, view: _VIEWS[view]), ASKED),
    "tagging": Sheet(_tagged(), ASKED, ".jsonl"),
    "span": Sheet(_questions(), QUESTIONS, ".jsonl"),
    "generation": Sheet(tuple({"source": said, "target": answer} for said, answer in _pairs()), ASKED),
    "dialogues": Sheet(tuple(_turns(*pair) for pair in _pairs()), ASKED, ".jsonl"),
}


@dataclass(frozen=True)
class Way:
    """A kind learned by a tiny encoder or decoder, with options of `finetune`.

    `sheet` names its rows where they are not called after the kind. Trained on them, it reaches `least` of the kind's
    first metric on some of them; None where so few steps only make the loss fall. `exported` ends the name of the class
    in transformers, None where there is none.
    """

    kind: str
    exported: str | None
    model: str = "encoder"
    options: Mapping[str, Any] = field(default_factory=dict)
    sheet: str | None = None
    least: float | None = 0.6

    @property
    def rows(self) -> Sheet:
        """What it learns from, and what it is asked."""
        return SHEETS[self.sheet or self.kind]

    @property
    def settings(self) -> dict[str, Any]:
        """All options of `finetune` but for task, model and place."""
        return {**QUICK, **self.options}

    @property
    def trains(self) -> bool:
        """Whether it takes any step."""
        return self.settings["steps"] > 0


QUICK = {
    "steps": 20,
    "batch_size": 8,
    "learning_rate": 1e-2,
    "head_learning_rate": 3e-2,
    "patience": 99,
    "decay": "constant",
}
_LORA = {"tuning": "lora:r=8,dropout=0.05", "learning_rate": 3e-3}
_WRITES = {"objective": "lm:max_new_tokens=20", "steps": 30}
_CLASSES, _TOKENS, _ANSWERS = "ForSequenceClassification", "ForTokenClassification", "ForQuestionAnswering"

WAYS = {
    "classification": Way("classification", _CLASSES),
    "classification, decoder": Way("classification", _CLASSES, "decoder"),
    "classification, decoder, LoRA": Way("classification", _CLASSES, "decoder", _LORA),
    "likelihood, untrained": Way("classification", None, "decoder", {"objective": "likelihood", "steps": 0}, least=0),
    "likelihood": Way("classification", None, "decoder", {"objective": "likelihood", "learning_rate": 3e-3}),
    "likelihood, LoRA": Way("classification", None, "decoder", {"objective": "likelihood", **_LORA}),
    "multi-label": Way("multi_label", _CLASSES),
    "regression": Way("regression", _CLASSES),
    "tagging": Way("tagging", _TOKENS),
    "span": Way("span", _ANSWERS),
    "generation": Way("generation", "ForCausalLM", "decoder", _WRITES, least=0.2),
    "generation, LoRA": Way(
        "generation",
        "ForCausalLM",
        "decoder",
        {"objective": "lm:max_new_tokens=20,template=So: {{ source }}", **_LORA},
        least=None,
    ),
    "dialogues": Way("generation", "ForCausalLM", "decoder", _WRITES, "dialogues", least=0.2),
}


@dataclass(frozen=True)
class Taught:
    """A bundle, the folder of the task that it learned, the model it began with, and what `finetune --json` said."""

    bundle: Path
    task: Path
    model: Path
    record: dict[str, Any]


def as_options(settings: Mapping[str, Any]) -> list[str]:
    """Settings as a command line has them."""
    return [str(part) for name, value in settings.items() for part in (f"--{name.replace('_', '-')}", value)]
