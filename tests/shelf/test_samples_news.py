"""The news of the shelf against the files of the package, read another way."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any


def read(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def test_every_file_is_a_row_with_the_words_of_the_file(unpacked) -> None:
    archive, folder = unpacked("sample:news")
    with zipfile.ZipFile(archive) as package:
        names = sorted(name for name in package.namelist() if "/bbcnews/data/" in name and name.endswith(".txt"))
        contents = [package.read(name) for name in names]
    rows = read(folder / "news.jsonl")
    assert len(rows) == len(names) == 2225
    assert [row["label"] for row in rows] == [name.split("/")[3] for name in names]
    for row, content in zip(rows, contents, strict=True):
        if b"&" not in content and content.isascii():
            assert row["text"].split() == content.decode("ascii").split()


def test_the_text_is_clean(unpacked) -> None:
    _, folder = unpacked("sample:news")
    rows = read(folder / "news.jsonl")
    signs = Counter(sign for row in rows for sign in row["text"] if not sign.isascii())
    assert signs == {"£": 1405, "é": 20, "¿": 3, "ã": 2, "ô": 2, "ó": 1}
    (parma,) = {row["text"] for row in rows if "signing from Parma last season" in row["text"]}
    assert "a £15.8m signing from Parma" in parma
    assert all(line == " ".join(line.split()) and line for row in rows for line in row["text"].split("\n"))
    assert rows[0]["text"].split("\n")[0] == "Ad sales boost Time Warner profit"
