"""A data set of the hub by name, through the library `datasets`."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from glob import escape
from pathlib import Path
from typing import Any

from crosstask.errors import ConfigError, InputError, NotFound
from crosstask.registry import parse_spec
from crosstask.tasks.data import read_data
from crosstask.tasks.draft import Draft
from crosstask.tasks.task import TRAIN
from crosstask.ui import Ui

HUB = "hub:"
"""What a hub data set's name begins with."""


def read_hub(text: str, ui: Ui) -> tuple[Draft, dict[str, str]]:
    """The draft of `hub:NAME` or `hub:NAME:config=...`, and the columns named behind it.

    NotFound where the hub does not have it or cannot be reached; ConfigError where `datasets` is not installed.
    """
    name, named = parse_spec(text.removeprefix(HUB))
    if not name.strip(" :/"):
        raise NotFound(f"'{text:.80}' lacks the name of a data set", mend="Write it as in hub:stanfordnlp/sst2.")
    ui.note(f"asking the hub for the data set '{name:.80}'")
    found = _loaded(name, named.pop("config", None))
    return replace(read_data(found, TRAIN), name=name, place=text), named


def is_unfetched(text: str) -> bool:
    """Whether `hub:NAME` would be downloaded; known from the folder of what was, without asking the hub.

    Not so where reading it fails before: without a name, or where `datasets` is not installed.
    """
    name, named = parse_spec(text.removeprefix(HUB))
    try:
        from datasets import config
        from datasets.naming import camelcase_to_snakecase
    except ImportError:
        return False
    *owner, own = name.split("/")
    folder = Path(config.HF_DATASETS_CACHE) / "___".join([*owner, camelcase_to_snakecase(own)])
    config_name = escape(named["config"]) if "config" in named else "*"
    prepared = folder.glob(f"{config_name}/*/*/dataset_info.json")
    return bool(name.strip(" :/")) and all(info.parent.suffix == ".incomplete" for info in prepared)


def _loaded(name: str, config: str | None) -> Mapping[str, Any]:
    try:
        from datasets import load_dataset
    except ImportError:
        mend = "Run: pip install datasets."
        raise ConfigError("the package datasets is not installed", mend=mend) from None
    try:
        with _quiet():
            return dict(load_dataset(name, config))
    except (OSError, ValueError, RuntimeError) as error:  # no such name, no network, no such config
        reason = " ".join(str(error).split()).rstrip(".")
        mend = "Check the name and the network, or name a file or a folder."
        raise NotFound(f"'{HUB}{name:.80}' cannot be had: {reason:.300}", mend=mend) from None
    except Exception as error:  # the readers of its many formats raise what they like
        raise InputError(f"'{HUB}{name}' cannot be read: {error}", mend="Download it and name its files.") from None


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library's progress bars and retries from the user."""
    from datasets.utils import disable_progress_bars, enable_progress_bars

    logging.disable(logging.WARNING)
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
        logging.disable(logging.NOTSET)
