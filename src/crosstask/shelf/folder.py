"""The converted folder of a shelf item: where it lies, what its manifest says, whether it is whole."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from crosstask.disk import exists
from crosstask.errors import ShelfError
from crosstask.shelf.item import ShelfItem

MANIFEST = "shelf.json"
State = Literal["fetched", "damaged", "not fetched"]


def shelf_folder() -> Path:
    """Where the shelf keeps its folders: below `CROSSTASK_CACHE`, or else the user's cache folder."""
    named = os.environ.get("CROSSTASK_CACHE")
    if named:
        return Path(named).expanduser().absolute() / "shelf"
    import platformdirs

    return platformdirs.user_cache_path("crosstask", appauthor=False) / "shelf"


class FileFacts(BaseModel, frozen=True):
    """What a file was when it was written."""

    bytes: int
    sha256: str


class Manifest(BaseModel, frozen=True):
    """`shelf.json`: what the folder was made from, and its files by their path in it."""

    item: str
    package: str
    revision: int
    licence: str
    files: Annotated[dict[str, FileFacts], Field(min_length=1)]


@dataclass(frozen=True)
class ShelfFolder:
    """The folder of one item, there or not yet."""

    item: ShelfItem

    @property
    def path(self) -> Path:
        """The place of the folder; `sample:tweets` lies in `sample-tweets`."""
        return shelf_folder() / self.item.name.replace(":", "-")

    def stands(self) -> bool:
        """Whether the item as it is now was fetched; a folder of another package or revision does not count."""
        made = self._manifest()
        item = self.item
        return made is not None and (made.package, made.revision) == (item.package, item.revision)

    def state(self) -> State:
        """Whether the item is fetched, going by the sizes of its files."""
        try:
            if not self.stands():
                return "not fetched"
            self.check()
        except ShelfError:
            return "damaged"
        return "fetched"

    def check(self, content: bool = False) -> None:
        """ShelfError where a file is missing or has another size or, with `content`, another sha256 than written."""
        made = self._manifest()
        for name, fact in made.files.items() if made else ():
            file = self.path / name
            if not exists(file):
                raise self._damage("is missing", file)
            if file.stat().st_size != fact.bytes or (content and sha256(file) != fact.sha256):
                raise self._damage("is not as it was written", file)

    def _manifest(self) -> Manifest | None:
        if not exists(self.path):
            return None
        file = self.path / MANIFEST
        try:
            return Manifest.model_validate_json(file.read_bytes())
        except (OSError, ValueError):
            raise self._damage("cannot be read", file) from None

    def _damage(self, what: str, file: Path) -> ShelfError:
        return ShelfError(
            f"{what}: the fetched {self.item.name} is damaged",
            file=file,
            mend=f"Run crosstask fetch {self.item.name} --force.",
        )


def write_manifest(item: ShelfItem, folder: Path) -> None:
    """Write into `folder` what it was made from, and the size and sha256 of every file."""
    files = {
        file.relative_to(folder).as_posix(): FileFacts(bytes=file.stat().st_size, sha256=sha256(file))
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    made = Manifest(item=item.name, package=item.package, revision=item.revision, licence=item.licence, files=files)
    (folder / MANIFEST).write_text(made.model_dump_json(indent=2) + "\n", encoding="utf-8")


def sha256(file: Path) -> str:
    """The sha256 of a file's content, in hexadecimal."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
