"""Every item of the shelf keeps the contract; listing them loads no framework."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from crosstask.shelf.item import ShelfItem, find_item, shelf_items


@pytest.mark.parametrize("item", shelf_items(), ids=lambda item: item.name)
def test_an_item_is_pinned_and_described(item: ShelfItem) -> None:
    assert re.fullmatch(r"[a-z0-9-]+==[0-9.]+", item.package)
    assert all((item.archives, item.files, item.size, item.licence, item.about))
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in (*item.archives, *item.files.values()))
    assert len({name.rpartition("/")[2] for name in item.files}) == len(item.files)
    assert item.name.partition(":")[0] in ("starter", "sample")


def test_every_name_and_alias_finds_its_item() -> None:
    names = [(name, item) for item in shelf_items() for name in (item.name, *item.aliases)]
    assert len({name for name, _ in names}) == len(names)
    assert all(find_item(name) == item for name, item in names)
    assert find_item("starter:english") == find_item("starter")


def test_listing_loads_no_framework() -> None:
    heavy = {"torch", "transformers", "numpy", "sklearn", "pandas", "rich", "filelock"}
    code = f"import sys; from crosstask import shelf; shelf.status(); print({heavy} & set(sys.modules))"
    listed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert listed.stdout == "set()\n"
