"""Rows, options and names that kinds and language models cannot take: one line with the mend, nothing half-written."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tiny_kinds import learned

from bundles import random_bundle
from crosstask.tasks.kind import Kind
from crosstask.tasks.kinds.generation import Generation
from ways import SHEETS

Refused = Callable[..., dict[str, Any]]
USER, ASSISTANT = {"role": "user", "content": "are you open"}, {"role": "assistant", "content": "until ten"}
CHAT = Generation(source=None, messages="messages", output="messages")


@dataclasses.dataclass(frozen=True)
class BadRow:
    """What is wrong with row 5 of a sheet's file: `cells` that stand in the place of its own.

    `spec` names columns where the file is to be learned from.
    """

    sheet: str
    cells: dict[str, Any]
    says: str
    mend: str
    field: str
    spec: str = ""

    @property
    def kind(self) -> Kind:
        """The kind of a bundle that is asked to read the file."""
        return CHAT if self.sheet == "dialogues" else learned(self.sheet)

    def write(self) -> str:
        """The file, and its name."""
        sheet = SHEETS[self.sheet]
        suffix = sheet.suffix if all(isinstance(cell, str) for cell in self.cells.values()) else ".jsonl"
        rows = [{**row, **self.cells} if number == 5 else row for number, row in enumerate(sheet.rows, start=1)]
        dataclasses.replace(sheet, suffix=suffix).write_rows(Path(f"a{suffix}"), tuple(rows))
        return f"a{suffix}"


BAD_ROWS = {
    "fewer tags than words": BadRow(
        "tagging", {"tokens": ["a", "film", "!"], "tags": ["O", "O"]}, "holds 2 tags for 3 words", "each word", "tags"
    ),
    "more tags than characters": BadRow(
        "tagging", {"tokens": [*"电影好"], "tags": ["O"] * 4}, "holds 4 tags for 3 words", "each word", "tags"
    ),
    "an answer that is not in its context": BadRow(
        "span", {"context": "a film", "answer": "a plane"}, "'a plane' is not in its context", "Copy it", "answer"
    ),
    "an answer in other letters": BadRow(
        "span", {"context": "it was The Film", "answer": "the film"}, "is not in its context", "'The Film'", "answer"
    ),
    "an answer at another place": BadRow(
        "span",
        {"context": "饭菜很好", "answer": {"text": ["饭菜"], "answer_start": [2]}},
        "does not start at character 2",
        "it is first found at 0",
        "answer",
    ),
    "a score with a comma": BadRow("regression", {"score": "3,5"}, "'3,5' is no number", "3.5", "score"),
    "a score in words": BadRow("regression", {"score": "four"}, "'four' is no number", "such as 3.5", "score"),
    "an endless score": BadRow("regression", {"score": "inf"}, "is not finite", "Give a number", "score"),
    "no score": BadRow("regression", {"score": ""}, "the score is missing", "delete the row", "score"),
    "two signs between labels": BadRow(
        "multi_label", {"labels": "film|good;food"}, "holds '|' where ';' stands", "Write ';'", "labels"
    ),
    "an empty label": BadRow("multi_label", {"labels": "film;;good"}, "an empty label", "Take it out", "labels"),
    "a label twice": BadRow("multi_label", {"labels": "film;film"}, "'film' twice", "each label once", "labels"),
    "a list written as a text": BadRow(
        "multi_label", {"labels": "['film', 'good']"}, "holds a list written as a text", "as in a;b", "labels"
    ),
    "labels in a mapping": BadRow(
        "multi_label",
        {"labels": {"film": 1}},
        "holds an object where labels",
        "Give a list",
        "labels",
        ":labels=labels",
    ),
    "a list in a list": BadRow(
        "multi_label", {"labels": [["film"]]}, "holds a list in its list", "one flat list", "labels", ":labels=labels"
    ),
    "an empty target": BadRow(
        "generation", {"target": " "}, "the text to be written is missing", "Fill it in", "target"
    ),
    "an empty source": BadRow("generation", {"source": ""}, "the text is missing", "Fill it in", "source"),
    "a turn without a role": BadRow(
        "dialogues", {"messages": [{"content": "hello"}, ASSISTANT]}, "turn 1 has no role", "user", "messages"
    ),
    "a turn of another role": BadRow(
        "dialogues", {"messages": [USER, {**ASSISTANT, "role": "bot"}]}, "role 'bot'", "assistant", "messages"
    ),
    "a dialogue without an answer": BadRow(
        "dialogues", {"messages": [USER]}, "the last turn is the user's", "turn of the assistant", "messages"
    ),
}


@pytest.mark.parametrize("bad", BAD_ROWS.values(), ids=BAD_ROWS)
@pytest.mark.parametrize("verb", ["finetune", "inspect", "evaluate"])
def test_a_row_at_fault(verb: str, bad: BadRow, refused: Refused, tiny_decoder: Path) -> None:
    file = bad.write()
    if verb == "evaluate":
        random_bundle(tiny_decoder, Path("asked"), {"t": bad.kind})
    lines = {
        "finetune": ["finetune", file + bad.spec, "--model", "tiny", "--out", "out", "--steps", "2"],
        "inspect": ["inspect", file + bad.spec, "--model", "tiny"],
        "evaluate": ["evaluate", "asked", "--task", file],
    }
    error = refused(*lines[verb])
    assert (error["kind"], error["file"], error["row"], error["field"]) == ("input", file, 5, bad.field)
    assert bad.says in error["message"]
    assert bad.mend in error["mend"]


def test_a_dialogue_that_cannot_be_answered(refused: Refused, tiny_decoder: Path) -> None:
    random_bundle(tiny_decoder, Path("asked"), {"t": CHAT})
    Path("a.jsonl").write_text(json.dumps({"messages": [USER]}) + "\n" + json.dumps({"messages": [{"content": "hi"}]}))
    error = refused("predict", "asked", "--input", "a.jsonl", "--out", "answers.jsonl")
    assert (error["file"], error["row"], error["field"]) == ("a.jsonl", 2, "messages")
    assert "turn 1 has no role" in error["message"]


OPTIONS = {
    "lm:template=Say {{ sorce }}": ("template", "names 'sorce', which is no field of the task", "Did you mean source?"),
    "lm:template=Say it": ("template", "names no field", "Write {{ source }} in it."),
    "lm:template={{ source": ("template", "cannot be filled", "fields in double braces"),
    "lm:max_new_tokens=0": ("max_new_tokens", "cannot be '0'", "greater than or equal to 1"),
    "lm:beams=2,temperature=1": ("objective", "cannot be", "Choose between beams and a temperature"),
    "head": ("objective", "no way to learn a generation is called 'head'", "Known: lm."),
    "likelihood:template={{ txt }}": ("template", "names 'txt', which is no field of the task", "Did you mean text?"),
    'likelihood:words={"god": "yes"}': ("words", "no label 'god'", "Did you mean good?"),
    'likelihood:words={"good": "x", "bad": "x"}': ("words", "stand for another one too", "words of its own"),
    "likelihood:words=good": ("words", "cannot be 'good'", "Write the words as JSON"),
}


def from_decoder(objective: str, decoder: Path) -> list[str]:
    """A line that learns texts, or labels by their likelihood, with a decoder; the file is a.csv."""
    sheet = SHEETS["classification" if objective.startswith("likelihood") else "generation"]
    sheet.write_rows(Path("a.csv"), sheet.rows)
    return ["finetune", "a.csv", "--model", str(decoder), "--out", "out", "--steps", "2", "--objective", objective]


@pytest.mark.parametrize("objective", OPTIONS)
def test_an_option_of_a_language_model_at_fault(objective: str, refused: Refused, tiny_decoder: Path) -> None:
    line = from_decoder(objective, tiny_decoder)
    field, says, mend = OPTIONS[objective]
    for dry in ([], ["--dry-run"]):
        error = refused(*line, *dry)
        assert (error["field"], says in error["message"], mend in error["mend"]) == (field, True, True), error


@pytest.mark.parametrize("objective", ["lm:template={} {{{{ source }}}}", "likelihood:template={} {{{{ text }}}}"])
def test_a_prompt_longer_than_the_context(objective: str, refused: Refused, tiny_decoder: Path) -> None:
    error = refused(*from_decoder(objective.format("please " * 90), tiny_decoder))
    assert (error["kind"], error["file"], error["row"]) == ("input", "a.csv", 1)
    assert "the prompt is longer than" in error["message"]
    assert error["mend"] == "Shorten the prompt."


@pytest.mark.parametrize(("sheet", "objective"), [("generation", "lm"), ("classification", "likelihood")])
def test_an_encoder_writes_nothing(sheet: str, objective: str, refused: Refused) -> None:
    SHEETS[sheet].write_rows(Path("a.csv"), SHEETS[sheet].rows)
    error = refused("finetune", "a.csv", "--model", "tiny", "--out", "out", "--objective", objective)
    assert (error["field"], error["mend"]) == ("model", "Name a decoder such as starter:llm.")


@pytest.mark.parametrize("verb", ["finetune", "inspect", "evaluate"])
def test_a_hub_name_without_network(verb: str, refused: Refused, monkeypatch: pytest.MonkeyPatch) -> None:
    import datasets

    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    lines = {
        "finetune": ["finetune", "hub:no/such", "--model", "tiny", "--out", "out"],
        "inspect": ["inspect", "hub:no/such", "--model", "tiny"],
        "evaluate": ["evaluate", "bundle", "--task", "hub:no/such"],
    }
    error = refused(*lines[verb])
    assert error["kind"] == "not-found"
    assert "'hub:no/such' cannot be had" in error["message"]
    assert error["mend"] == "Check the name and the network, or name a file or a folder."
