"""Data sets of the hub by name; the hub itself is replaced by a data set made here."""

from __future__ import annotations

from typing import Any

import datasets
import pytest

from crosstask.errors import InputError, NotFound
from crosstask.tasks import open_task
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
