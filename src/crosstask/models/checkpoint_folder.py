"""A checkpoint's folder, checked before it is opened: config, safe weights, tokenizer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from crosstask.errors import InputError

_INDEX = "model.safetensors.index.json"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model", "*.tiktoken")


def check_checkpoint(folder: Path) -> None:
    """InputError that names what is missing, where `folder` cannot be opened safely as a checkpoint."""
    if not (folder / "config.json").is_file():
        raise InputError("the model folder has no config.json", file=folder, mend="Name a folder of save_pretrained.")
    if not any(file.is_file() for file in weight_files(folder)):
        raise _without_weights(folder)
    for shard in weight_files(folder):
        if not shard.is_file():
            raise InputError("a part of the weights is missing", file=shard, mend="Fetch or copy the model again.")
    if not _any(folder, _TOKENIZERS):
        raise InputError(
            "the model folder has no tokenizer", file=folder, mend="Save the tokenizer beside it with save_pretrained."
        )


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of the weights, in order; the one of a whole checkpoint where there is no index."""
    index = folder / _INDEX
    if not index.is_file():
        return [folder / "model.safetensors"]
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, AttributeError):
        raise InputError("the index of the weights cannot be read", file=index, mend="Fetch the model again.") from None
    return [folder / Path(name).name for name in sorted(names)]


def _without_weights(folder: Path) -> InputError:
    if _any(folder, _PICKLES):
        return InputError(
            "the weights are a pickle, which can run code and is not opened",
            file=folder,
            mend="Convert them to model.safetensors with save_pretrained.",
        )
    return InputError("the model folder has no weights", file=folder, mend="Put model.safetensors beside config.json.")


def _any(folder: Path, patterns: Iterable[str]) -> bool:
    return any(True for pattern in patterns for _ in folder.glob(pattern))
