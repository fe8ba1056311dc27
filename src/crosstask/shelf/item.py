"""A shelf item: real weights or data in a pinned package, checked by hash and converted once."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from pathlib import Path

from crosstask.errors import NotFound, nearest
from crosstask.method import Method
from crosstask.registry import Registry


class ShelfItem(Method):
    """What one item is, where it comes from, and how it becomes a plain folder.

    `package` is an exact pin; `archives` are the sha256 of the archives accepted for it (one a platform);
    `files` maps the files used inside the archive to their sha256; `size` is the archive's size in bytes.
    Many files are named at once by a `*` for any part of a file's or folder's name. The sha256 is then that of their
    list as `sha256sum` prints it in the folder above the first `*`, in the order of their paths.
    Where a package's wheels differ by platform in nothing that is used here, `platform` names the one taken everywhere.
    `origin` is the hub's name of what it is a copy of, and `language` the hub's code of its language.
    Where `convert` comes to write something else, `revision` goes up: folders of an older one are made anew.
    """

    name: str
    aliases: tuple[str, ...] = ()
    about: str
    licence: str
    package: str
    archives: tuple[str, ...]
    files: Mapping[str, str]
    size: int
    platform: str | None = None
    revision: int = 1
    origin: str | None = None
    language: str | None = None

    @abstractmethod
    def convert(self, source: Path, folder: Path) -> None:
        """Fill the empty `folder` from the checked `files`.

        They lie in `source` by their base names, or by their paths from where the first `*` stands.

        `source` is thrown away afterwards: files may be moved out of it.
        """


SHELF: Registry[ShelfItem] = Registry("shelf item", "crosstask.shelf.items", "crosstask.shelf")


def shelf_items() -> tuple[ShelfItem, ...]:
    """Every item of the shelf, by name."""
    return tuple(sorted((SHELF.make(key) for key in SHELF.names()), key=lambda item: item.name))


def find_item(name: str) -> ShelfItem:
    """The item called `name`, by its name or an alias; NotFound with the nearest names otherwise."""
    known = {key: item for item in shelf_items() for key in (item.name, *item.aliases)}
    if name not in known:
        raise NotFound(f"the shelf has no item '{name}'", mend=nearest(name, known))
    return known[name]
