"""A checkpoint's folder, checked before it is opened (config, safe weights, tokenizer) and after."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from torch import nn

from crosstask.errors import InputError
from crosstask.models.anatomy import layer_list

_INDEX = "model.safetensors.index.json"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_SAVED = "Name a folder that save_pretrained wrote, or copy the missing file into it."
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "vocab.json", "*.model", "*.tiktoken")


def check_checkpoint(folder: Path) -> None:
    """InputError that names what is missing, where `folder` cannot be opened safely as a checkpoint."""
    if not (folder / "config.json").is_file():
        raise InputError("the model folder has no config.json", file=folder, mend=_SAVED)
    if not any(file.is_file() for file in weight_files(folder)):
        raise _without_weights(folder)
    for shard in weight_files(folder):
        if not shard.is_file():
            raise InputError("a part of the weights is missing", file=shard, mend="Fetch or copy the model again.")
    if not _any(folder, _TOKENIZERS):
        mend = "Save the tokenizer into it: tokenizer.save_pretrained(FOLDER)."
        raise InputError("the model folder has no tokenizer", file=folder, mend=mend)


def weight_files(folder: Path) -> list[Path]:
    """The safetensors files of the weights, in order; the one of a whole checkpoint where there is no index."""
    index = folder / _INDEX
    if not index.is_file():
        return [folder / "model.safetensors"]
    try:
        names = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError("the index of the weights cannot be read", file=index, mend="Fetch the model again.") from None
    return [folder / Path(name).name for name in sorted(names)]


def check_found(folder: Path, encoder: nn.Module, found: dict[str, Any]) -> None:
    """InputError where weights of the encoder are missing, of another shape, or of layers that it does not have."""
    layers = f"{layer_list(encoder)[0]}."
    faults = {
        "lack": found["missing_keys"],
        "have another shape for": [key[0] for key in found["mismatched_keys"]],
        "have more layers than the config, such as": [key for key in found["unexpected_keys"] if layers in key],
    }
    for fault, keys in faults.items():
        if keys:
            raise InputError(
                f"the weights {fault} '{min(keys)}' ({len(keys)} in all)",
                file=folder,
                mend="Use the config.json that belongs to these weights.",
            )


def damaged(folder: Path, part: str, error: Exception) -> InputError:
    """The error for a `part` of the checkpoint (config, weights, tokenizer) that its library could not read."""
    reason = " ".join(str(error).split()).rstrip(".")
    return InputError(
        f"the model's {part} cannot be read: {reason}", file=folder, mend="Fetch or copy the model again."
    )


def _without_weights(folder: Path) -> InputError:
    if _any(folder, _PICKLES):
        return InputError(
            "the weights are a pickle, which can run code and is not opened",
            file=folder,
            mend="Make model.safetensors of them: open them where you trust them, then model.save_pretrained(FOLDER).",
        )
    return InputError("the model folder has no model.safetensors", file=folder, mend=_SAVED)


def _any(folder: Path, patterns: Iterable[str]) -> bool:
    return any(True for pattern in patterns for _ in folder.glob(pattern))
