"""The dialogues of the shelf against the lines of the package's files, without a YAML parser."""

from __future__ import annotations

import json
import re
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

OPENING = re.compile(r"^\s*- +- ?", re.M)
PLAIN_TURN = re.compile(r"""^\s*(?:- +)?- +(?P<text>[^-\s'"|>&*!#{\[][^\n]*?)\s*\n(?=\s*- |\Z)""", re.M)

WITH_STRAY_LINES = {("english", "coding"), ("english", "trivia")} | {
    ("ukrainian", topic) for topic in ("ai", "emotion", "gossip", "history", "psychology")
}
"""Files where a line of code, or one outside of any conversation, looks like a turn."""


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def files(archive: Path) -> dict[tuple[str, str], str]:
    """The text of each file by language and topic."""
    with zipfile.ZipFile(archive) as package:
        names = [name for name in package.namelist() if name.endswith(".yml")]
        texts = {name: package.read(name).decode("utf-8-sig").replace("\r", "") for name in names}
    return {tuple(name.removesuffix(".yml").split("/")[-2:]): text for name, text in texts.items()}  # type: ignore[misc]


def test_every_conversation_is_a_row_with_its_turns(unpacked) -> None:
    archive, folder = unpacked("sample:chat")
    texts, rows = files(archive), read(folder / "chat.jsonl")
    counted = Counter((row["language"], row["topic"]) for row in rows)
    started = Counter({place: len(OPENING.findall(text)) for place, text in texts.items()})
    assert len(rows) == 7634
    assert len({language for language, _ in counted}) == 28
    assert started - counted == {("ukrainian", "emotion"): 2}  # two openings that nothing follows
    assert counted - started == {}


def test_every_plain_line_is_a_turn(unpacked) -> None:
    archive, folder = unpacked("sample:chat")
    turns: dict[tuple[str, str], set[str]] = {}
    for row in read(folder / "chat.jsonl"):
        turns.setdefault((row["language"], row["topic"]), set()).update(row["turns"])
    lines = {
        place: {turn["text"] for turn in PLAIN_TURN.finditer(text.partition("conversations:")[2])}
        for place, text in files(archive).items()
    }
    assert sum(map(len, lines.values())) > 10_000
    assert {place for place, found in lines.items() if found - turns[place]} == WITH_STRAY_LINES


def test_turns_are_texts_as_they_stand(unpacked) -> None:
    _, folder = unpacked("sample:chat")
    rows = read(folder / "chat.jsonl")
    assert all(len(row["turns"]) > 1 and turn and turn == turn.strip() for row in rows for turn in row["turns"])
