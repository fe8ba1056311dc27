"""Data sets of the hub by name; the hub itself is replaced by a data set made here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import datasets
import pytest

from crosstask.errors import InputError, NotFound
from crosstask.tasks import open_task
from crosstask.tasks.hub import is_unfetched
from crosstask.tasks.kinds.classification import Classification
from crosstask.ui import Silent


class Notes(Silent):
    """A `Ui` that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        """Keep it."""
        self.told.append(text)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked for; every name stands for one small data set."""
    asked: list[Any] = []
    features = datasets.Features(
        {"sentence": datasets.Value("string"), "label": datasets.ClassLabel(names=["negative", "positive"])}
    )

    def rows(*labels: int) -> datasets.Dataset:
        texts = [f"a film, number {number}" for number in range(len(labels))]
        return datasets.Dataset.from_dict({"sentence": texts, "label": list(labels)}, features=features)

    def load(name: str, config: str | None) -> datasets.DatasetDict:
        asked.append((name, config))
        return datasets.DatasetDict(train=rows(0, 1, 1), validation=rows(1, 0), test=rows(-1, -1), extra=rows(0))

    monkeypatch.setattr(datasets, "load_dataset", load)
    return asked


def test_a_name_is_a_task_with_its_splits_and_label_names(hub: list[Any]):
    task = open_task("hub:stanfordnlp/sst2")
    assert hub == [("stanfordnlp/sst2", None)]
    assert task.name == "stanfordnlp-sst2"
    assert {split: [row.target for row in rows.examples] for split, rows in task.splits.items()} == {
        "train": ["negative", "positive", "positive"],
        "validation": ["positive", "negative"],
    }
    assert "the split test has no labels and is not used" in task.notes
    assert "the split extra is not used" in task.notes


def test_config_kind_and_columns_stand_behind_the_name(hub: list[Any]):
    task = open_task("hub:glue:config=sst2,text=sentence,label=label,kind=classification")
    assert hub == [("glue", "sst2")]
    assert task.kind == Classification(text="sentence", label="label", labels=("negative", "positive"))


def test_a_column_that_is_not_there_is_named(hub: list[Any]):
    with pytest.raises(InputError, match="no such column"):
        open_task("hub:glue:text=body")


def test_without_network_one_line_says_the_mend(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    with pytest.raises(NotFound, match=r"'hub:no/such' cannot be had: .*Check the name and the network") as caught:
        open_task("hub:no/such")
    assert "\n" not in str(caught.value)
    assert caught.value.field is None


def test_the_hub_is_asked_aloud_and_an_error_names_no_option(hub: list[Any]):
    ui = Notes()
    open_task("hub:glue", ui=ui)
    assert ui.told == ["asking the hub for the data set 'glue'"]
    with pytest.raises(NotFound, match="'hub:' lacks the name of a data set. Write it as in hub:") as caught:
        open_task("hub:")
    assert caught.value.field is None
    assert len(hub) == 1


NER = ["O", "B-PER", "B-LOC"]


def tagged(*tags: list[int], **more: list[Any]) -> datasets.Dataset:
    """A data set with tags as the hub stores them: lists of class numbers."""
    features = {
        "tokens": datasets.Sequence(datasets.Value("string")),
        "ner_tags": datasets.Sequence(datasets.ClassLabel(names=NER)),
        **{name: datasets.ClassLabel(names=["a", "b"]) for name in more},
    }
    words = [["Ann", "sings", "here"][: len(row)] for row in tags]
    cells = {"tokens": words, "ner_tags": list(tags), **more}
    return datasets.Dataset.from_dict(cells, features=datasets.Features(features))


def given(rows: Any, monkeypatch: pytest.MonkeyPatch, way: str) -> Any:
    """The data as it is, or a hub name that stands for it."""
    monkeypatch.setattr(datasets, "load_dataset", lambda name, config: rows)
    return rows if way == "python" else "hub:some/data"


WAYS = pytest.mark.parametrize("way", ["python", "hub"])


@WAYS
def test_class_numbers_in_lists_become_names(monkeypatch: pytest.MonkeyPatch, way: str):
    task = open_task(given(datasets.DatasetDict(train=tagged([1, 0], [0, 0, 2])), monkeypatch, way))
    assert [row.target for row in task.split("train").examples] == [("B-PER", "O"), ("O", "O", "B-LOC")]
    assert task.kind.space == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")


@WAYS
def test_lists_of_labels_are_names_and_an_empty_one_is_none(monkeypatch: pytest.MonkeyPatch, way: str):
    features = datasets.Features(
        {"text": datasets.Value("string"), "labels": datasets.Sequence(datasets.ClassLabel(names=["war", "love"]))}
    )
    cells = {"text": ["one film", "two films", "three films"], "labels": [[0, 1], [], [1]]}
    train = datasets.Dataset.from_dict(cells, features=features)
    task = open_task(given(datasets.DatasetDict(train=train, test=train.select([1])), monkeypatch, way))
    assert [row.target for row in task.split("train").examples] == [("love", "war"), (), ("love",)]
    assert [row.target for row in task.split("test").examples] == [()]


@WAYS
def test_a_missing_tag_is_an_error_of_its_row_and_all_of_a_split_hide_it(monkeypatch: pytest.MonkeyPatch, way: str):
    train = tagged([1, 0], [0, 2])
    task = open_task(given(datasets.DatasetDict(train=train, test=tagged([-1, -1])), monkeypatch, way))
    assert [*task.splits] == ["train"]
    assert "the split test has no labels and is not used" in task.notes
    for test, row in ((tagged([0, 0], [0, -1]), 2), (tagged([-1, 0]), 1)):
        with pytest.raises(InputError, match="tag 2 is empty|tag 1 is empty") as caught:
            open_task(given(datasets.DatasetDict(train=train, test=test), monkeypatch, way))
        assert (caught.value.row, caught.value.field) == (row, "ner_tags")
    with pytest.raises(InputError, match="tag 1 is empty"):
        open_task(given(datasets.DatasetDict(train=tagged([-1, -1])), monkeypatch, way))


@WAYS
def test_only_a_hidden_target_leaves_a_split_out(monkeypatch: pytest.MonkeyPatch, way: str):
    rows = datasets.DatasetDict(train=tagged([1, 0], [0, 2], fold=[-1, -1]), test=tagged([1, 0], fold=[-1]))
    task = open_task(given(rows, monkeypatch, way))
    assert {name: len(split) for name, split in task.splits.items()} == {"train": 2, "test": 1}


def test_rows_are_read_again_rather_than_held(monkeypatch: pytest.MonkeyPatch):
    whole = datasets.Dataset.to_list

    def of_some(dataset: datasets.Dataset) -> list[Any]:
        assert len(dataset) < 3000
        return whole(dataset)

    monkeypatch.setattr(datasets.Dataset, "to_list", of_some)
    task = open_task({"train": tagged(*[[1, 0], [0, 2]] * 1500)}, held=False)
    examples = task.split("train").examples
    assert len(examples) == len(list(examples)) == 3000
    assert examples[2999].target == ("O", "B-LOC")


@pytest.mark.parametrize("folder", ["some___data/en", "some___my_data/default", "data/en"])
def test_what_was_prepared_once_need_not_be_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path)
    name = {"some___data": "some/data", "some___my_data": "some/myData", "data": "data"}[folder.partition("/")[0]]
    prepared = tmp_path / folder / "0.0.0" / "1234"
    assert is_unfetched(f"hub:{name}")
    prepared.with_suffix(".incomplete").mkdir(parents=True)
    (prepared.with_suffix(".incomplete") / "dataset_info.json").touch()
    assert is_unfetched(f"hub:{name}")
    prepared.mkdir()
    (prepared / "dataset_info.json").touch()
    assert not is_unfetched(f"hub:{name}:text=review")
    assert not is_unfetched(f"hub:{name}:config={folder.rpartition('/')[2]}")
    assert is_unfetched(f"hub:{name}:config=zh")
    datasets.load.CachedDatasetModuleFactory(name).get_module()  # the library finds it at the same place
    assert not is_unfetched("hub:")
