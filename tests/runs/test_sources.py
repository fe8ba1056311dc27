"""What a verb reads of the disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstask.runs.sources import sources
from crosstask.shelf.folder import shelf_folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two tables, one of them in a folder of data beside a result, and an empty shelf."""
    monkeypatch.setenv("CROSSTASK_CACHE", str(tmp_path / "cache"))
    (tmp_path / "data" / "runs").mkdir(parents=True)
    for name in ("a.csv", "b:c=d.csv", "data/train.csv"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("task", "files"),
    [
        ("a.csv", ["a.csv"]),
        (Path("a.csv"), ["a.csv"]),
        ("a.csv:text=review,label=stars", ["a.csv"]),
        ("b:c=d.csv", ["b:c=d.csv"]),
        ("data", ["data/train.csv"]),
        ("sample:news", []),
        ([("good", "yes")], []),
    ],
)
def test_a_task_is_read_from_its_files(here: Path, task: object, files: list[str]) -> None:
    assert sources("starter", task) == [Path(file) for file in files]


def test_a_model_is_read_from_its_folder_and_else_from_the_shelf(here: Path) -> None:
    shelf_folder().mkdir(parents=True)
    assert sources("starter") == [shelf_folder()]
    assert sources("data") == [shelf_folder(), Path("data")]
