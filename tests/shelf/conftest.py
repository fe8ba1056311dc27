"""A shelf of one small item whose package is a wheel in a local folder: pip runs for real, without a network."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from crosstask.errors import ShelfError
from crosstask.shelf.archive import unpack
from crosstask.shelf.download import download
from crosstask.shelf.item import ShelfItem, find_item
from crosstask.ui import Silent

INNER = "tiny_package/words.txt"
WHEEL = "tiny_package-1.0-py3-none-any.whl"


class Tiny(ShelfItem):
    """Words, turned to upper case."""

    name: str = "sample:tiny"
    about: str = "four words"
    licence: str = "CC0"
    package: str = "tiny-package==1.0"
    archives: tuple[str, ...] = ()
    files: Mapping[str, str] = {}
    size: int = 0

    def convert(self, source: Path, folder: Path) -> None:
        words = (source / "words.txt").read_text(encoding="utf-8")
        (folder / "words.txt").write_text(words.upper(), encoding="utf-8")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that is pip's only source, with the tiny package's wheel; the cache is an empty folder."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        wheel.writestr(INNER, "one two three four")
        wheel.writestr(
            "tiny_package-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny-package\nVersion: 1.0\n"
        )
        wheel.writestr("tiny_package-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("tiny_package-1.0.dist-info/RECORD", "")
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("CROSSTASK_CACHE", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def make_tiny(wheels: Path) -> Callable[..., Tiny]:
    """Makes the item pinned to the wheel as it lies there now; keywords set other pins, `kind` another class."""

    def make(kind: type[Tiny] = Tiny, **pins: Any) -> Tiny:
        archive = (wheels / WHEEL).read_bytes()
        facts: dict[str, Any] = {
            "archives": (sha256(archive),),
            "files": {INNER: sha256(b"one two three four")},
            "size": len(archive),
        }
        return kind(**{**facts, **pins})

    return make


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, Path]]:
    """Downloads an item of the shelf, once: its archive, and the folder that is made of it."""

    @cache
    def make(name: str) -> tuple[Path, Path]:
        item, place = find_item(name), tmp_path_factory.mktemp("item")
        try:
            archive = download(item, place, Silent())
        except ShelfError as error:
            pytest.skip(f"{name} cannot be had: {error}")
        for folder in ("source", "made"):
            (place / folder).mkdir()
        unpack(item, archive, place / "source")
        item.convert(place / "source", place / "made")
        return archive, place / "made"

    return make
