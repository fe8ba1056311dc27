"""Short dialogues in 28 languages."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from crosstask.shelf.item import ShelfItem


class Chat(ShelfItem):
    """7,634 conversations as `chat.jsonl`: language, topic, and turns, of which there are two at least."""

    name: str = "sample:chat"
    about: str = "7,634 short dialogues, most a question and an answer, in 28 languages"
    licence: str = "BSD"
    package: str = "chatterbot-corpus==1.3.3"
    archives: tuple[str, ...] = ("86de5300afb9a80826386339d3bec79c0a72eb0358abb8327e2ecef5ae0ce154",)
    files: Mapping[str, str] = {
        "chatterbot_corpus/data/*/*.yml": "eea0ec1cf3f0e2406f72afcaf193bf5a0c5756ad13595c8832e6c65ee0727596"
    }
    size: int = 345_706

    def convert(self, source: Path, folder: Path) -> None:
        """Write one JSON object a line, in the order of the files: `LANGUAGE/TOPIC.yml`."""
        with (folder / "chat.jsonl").open("w", encoding="utf-8") as lines:
            for file in sorted(source.glob("*/*.yml")):
                for turns in _conversations(file):
                    row = {"language": file.parent.name, "topic": file.stem, "turns": turns}
                    lines.write(json.dumps(row, ensure_ascii=False) + "\n")


def _conversations(file: Path) -> Iterator[list[str]]:
    """The lists of turns; what stands between them by mistake, a line alone, is no conversation."""
    import yaml

    for conversation in yaml.safe_load(file.read_bytes())["conversations"]:
        turns = [turn.strip() for turn in conversation] if isinstance(conversation, list) else []
        if len(turns) > 1:
            yield turns
