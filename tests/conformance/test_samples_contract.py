"""Every sample keeps the contract: a name of its own, rows that stand where they say, splits that share nothing."""

from __future__ import annotations

import json
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest

from crosstask.errors import ShelfError
from crosstask.shelf.item import find_item
from crosstask.tasks import TEST, TRAIN, Task, open_task
from crosstask.tasks.checks.keys import key
from crosstask.tasks.samples import SAMPLES, open_sample, sample_names

MEMBERS = [SAMPLES.make(name) for name in SAMPLES.names()]


@cache
def opened(name: str) -> Task:
    try:
        return open_sample(name)
    except ShelfError as error:
        pytest.skip(f"{name} cannot be had: {error}")


def test_no_name_is_given_twice() -> None:
    given = [name for sample in MEMBERS for name in sample.names()]
    assert sorted(given) == sorted(sample_names())
    assert all(name.startswith("sample:") for name in given)


@pytest.mark.parametrize("item", [sample.item for sample in MEMBERS if sample.item])
def test_its_item_is_on_the_shelf(item: str) -> None:
    assert find_item(item).name == item


@pytest.mark.parametrize("name", sample_names())
def test_it_opens_with_its_labels_and_a_note(name: str) -> None:
    task = opened(name)
    assert task.name == name
    assert task.notes
    assert task.kind.learn(task.splits) == task.kind


@pytest.mark.parametrize("name", sample_names())
def test_its_splits_share_nothing(name: str) -> None:
    splits = opened(name).splits
    asked = {split: {key(example) for example in rows.examples} for split, rows in splits.items()}
    assert {TRAIN, TEST} <= splits.keys()
    assert all(one.isdisjoint(other) for one, other in combinations(asked.values(), 2))
    assert len(asked[TEST]) == len(splits[TEST])


@pytest.mark.parametrize("name", sample_names())
def test_its_rows_stand_where_they_say(name: str) -> None:
    for rows in opened(name).splits.values():
        lines = Path(rows.file or "").read_text(encoding="utf-8").split("\n")
        for example in rows.examples:
            first = next(iter(example.inputs.values()))
            text = first if isinstance(first, str) else first[0]
            assert json.dumps(text, ensure_ascii=False) in lines[(example.row or 0) - 1]


@pytest.mark.parametrize("name", [name for sample in MEMBERS if sample.item is None for name in sample.names()])
def test_what_comes_with_crosstask_needs_no_shelf(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSTASK_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert len(open_task(name).split(TRAIN)) >= 100
    assert list(tmp_path.iterdir()) == []
