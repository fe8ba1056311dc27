"""Where the trunk of a bundle came from in the beginning, as far as it is known: hub name, licence, language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from crosstask.disk import exists
from crosstask.models.bundle_record import BundleRecord
from crosstask.shelf.item import ShelfItem, shelf_items

_KEY = "origin"


@dataclass(frozen=True)
class Origin:
    """The hub's own identifiers of the first model of a chain of bundles; None for what is not known."""

    base_model: str | None = None
    licence: str | None = None
    language: str | None = None

    @classmethod
    def of(cls, model: str, earlier: BundleRecord | None = None) -> Self:
        """That of the `model` a training started from; `earlier` is its record where it is a bundle.

        A bundle passes on what it was told. A folder tells nothing; whoever filled it knows.
        """
        if earlier is not None:
            return cls(**(earlier.made_by[-1].get(_KEY, {}) if earlier.made_by else {}))
        if exists(Path(model)):
            return cls()
        item = _shelf_item(model)
        return cls(model) if item is None else cls(item.origin, item.licence.lower(), item.language)

    def noted_in(self, made_by: Mapping[str, Any]) -> dict[str, Any]:
        """The entry `made_by` of a bundle's record, with the origin for bundles to come."""
        return {**made_by, _KEY: asdict(self)}


def _shelf_item(name: str) -> ShelfItem | None:
    return next((item for item in shelf_items() if name in (item.name, *item.aliases)), None)
