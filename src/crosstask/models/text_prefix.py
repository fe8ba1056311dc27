"""The prefix that a trunk was trained to see before every text, set by the tokenizer itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def write_prefix(folder: Path, prefix: str) -> None:
    """Let the tokenizer saved in `folder` set `prefix` before each text of a row, its places those of the text alone.

    Its config names the prefix no more, so that nobody sets it twice.
    """
    if not prefix:
        return
    tokenizer, config = folder / "tokenizer.json", folder / "tokenizer_config.json"
    steps = [{"type": "Prepend", "prepend": prefix}, _read(tokenizer)["normalizer"]]
    normalizer = {"type": "Sequence", "normalizers": [step for step in steps if step is not None]}
    _write(tokenizer, {**_read(tokenizer), "normalizer": normalizer})
    _write(config, {key: value for key, value in _read(config).items() if key != "prefixes"})


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8", newline="\n")
