"""What a model's name stands for: a folder, a bundle, a shelf item or a hub repository."""

from __future__ import annotations

import os
import re
from pathlib import Path

from crosstask.disk import exists, readable
from crosstask.errors import InputError, NotFound, nearest
from crosstask.ui import Ui

_HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")
_HUB_FILES = ["*.json", "*.txt", "*.model", "model*.safetensors"]
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json")  # whole, or in parts


def model_folder(name: str | os.PathLike[str], ui: Ui) -> Path:
    """The folder that holds the checkpoint called `name`, fetched first where it is not at hand.

    A folder is taken before a shelf item of the same name, and that before a hub repository. A bundle's folder stands
    for its trunk. NotFound with the nearest names where the name is none of these.
    """
    path = Path(name)
    if exists(path):
        return _at(path)
    if str(name) in _shelf_names():
        from crosstask.shelf import ensure

        return ensure(str(name), ui)
    return _from_hub(str(name), ui)


def is_unfetched(name: str) -> bool:
    """Whether `name` stands for a model of the hub that would be downloaded; known without asking the hub."""
    if exists(Path(name)) or name in _shelf_names() or not _is_hub_name(name):
        return False
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        there = [isinstance(try_to_load_from_cache(name, file), str) for file in ("config.json", *_WEIGHTS)]
    except HFValidationError:
        return False
    return not (there[0] and any(there[1:]))


def _is_hub_name(name: str) -> bool:
    return bool(_HUB_NAME.fullmatch(name)) and not name.startswith(".")


def _at(path: Path) -> Path:
    if not path.is_dir():
        raise InputError("a model is a folder, and this is a file", file=path, mend="Name the folder that holds it.")
    if not readable(path):
        raise InputError("the model folder cannot be read", file=path, mend="Check its permissions.")
    return path / "trunk" if exists(path / "crosstask.json") else path


def _shelf_names() -> list[str]:
    """The names of the models on the shelf."""
    from crosstask.shelf.item import shelf_items

    names = (name for item in shelf_items() for name in (item.name, *item.aliases))
    return [name for name in names if name.partition(":")[0] == "starter"]


def _from_hub(name: str, ui: Ui) -> Path:
    if not _is_hub_name(name):
        raise _unknown(name, "no folder of that name exists")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    ui.note(f"'{name}' is no folder and not on the shelf: asking the hub")
    try:
        return Path(snapshot_download(name, allow_patterns=_HUB_FILES))
    except HFValidationError:
        raise _unknown(name, "it is no hub name") from None
    except _failures() as error:
        raise _failed(name, error) from None


def _failures() -> tuple[type[Exception], ...]:
    """What a request to the hub may raise: its own errors, those of the HTTP library beneath, those of its transfer."""
    from huggingface_hub.errors import HfHubHTTPError

    beneath = [base for base in HfHubHTTPError.__mro__ if issubclass(base, Exception) and base is not Exception]
    return (*beneath, RuntimeError)


def _failed(name: str, error: Exception) -> NotFound:
    from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError, RepositoryNotFoundError

    if isinstance(error, GatedRepoError):
        return _unknown(name, "the hub asks for its licence to be accepted first")
    if isinstance(error, RepositoryNotFoundError):
        return _unknown(name, "the hub does not know it")
    if isinstance(error, LocalEntryNotFoundError):
        return _unknown(name, "the hub cannot be reached, and it was not fetched before")
    reason = " ".join(str(error).split()) or type(error).__name__
    mend = "Check the network and the disk and try again, or name a folder."
    return NotFound(f"the model '{name}' could not be fetched from the hub: {reason}", mend=mend)


def _unknown(name: str, why: str) -> NotFound:
    known = {path.parent.name for file in ("config.json", "crosstask.json") for path in Path().glob(f"*/{file}")}
    mend = f"{nearest(name, known.union(_shelf_names()))} Or name a folder."
    return NotFound(f"no model is called '{name}': {why}", mend=mend)
