"""A plain Hugging Face folder, written without transformers: config, weights and tokenizer."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer


@dataclass(frozen=True)
class PlainFolder:
    """What the folder holds; `AutoModel` and `AutoTokenizer` open it.

    `weights` go by the model class's own names. `files` are further files by name: a mapping becomes JSON, text stays.
    """

    config: Mapping[str, Any]
    weights: Mapping[str, NDArray[Any]]
    tokenizer: Tokenizer
    tokenizer_config: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any] | str]

    def write(self, folder: Path) -> None:
        """Write everything into `folder`."""
        from safetensors.numpy import save_file

        weights = folder / "model.safetensors"
        save_file(dict(self.weights), weights, metadata={"format": "pt"})
        self.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        shutil.copymode(folder / "tokenizer.json", weights)  # safetensors lets nobody but the owner read it
        files = {"config.json": self.config, "tokenizer_config.json": self.tokenizer_config, **self.files}
        for name, content in files.items():
            text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, indent=2) + "\n"
            (folder / name).write_text(text, encoding="utf-8")
