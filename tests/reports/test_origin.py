"""Where a trunk came from in the beginning is known through any number of bundles."""

from pathlib import Path

import pytest
import yaml

from crosstask.models.bundle import read_bundle
from crosstask.models.bundle_record import BundleRecord
from crosstask.reports.origin import Origin
from crosstask.reports.publish import Publication
from crosstask.runs.options import TrainingOptions
from crosstask.runs.start import load_start
from crosstask.runs.trial import Trained, Trial
from crosstask.ui import Silent
from tiny_training import CPU, toy_task

STARTER = Origin("sentence-transformers/all-MiniLM-L6-v2", "apache-2.0", "en")


@pytest.fixture
def trained(tiny_checkpoint: Path) -> Trained:
    return Trial(toy_task(), load_start(str(tiny_checkpoint)), TrainingOptions(steps=1), CPU).train(Silent())


def front_matter(bundle: Path) -> dict[str, object]:
    return yaml.safe_load((bundle / "README.md").read_text(encoding="utf-8").split("---\n")[1])


@pytest.mark.parametrize(
    ("model", "origin"),
    [
        ("starter", STARTER),
        ("starter:english", STARTER),
        ("owner/name", Origin("owner/name")),
        ("bert-base-uncased", Origin("bert-base-uncased")),
    ],
)
def test_a_name_of_the_shelf_or_the_hub_is_an_origin(model: str, origin: Origin):
    assert Origin.of(model) == origin


def test_a_folder_is_none_whatever_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "starter").mkdir()
    assert Origin.of("starter") == Origin.of(str(tmp_path)) == Origin()


def test_a_bundle_that_was_told_nothing_passes_nothing_on():
    for record in (BundleRecord(), BundleRecord(made_by=({"step": "finetune"},))):
        assert Origin.of("runs/a", record) == Origin()


def test_cards_carry_it_through_several_bundles(trained: Trained, tmp_path: Path):
    model, earlier = "starter", None
    for name in ("first", "second", "third"):
        out = tmp_path / name
        Publication(trained, {"step": "finetune"}, model, 0, earlier).write(out, CPU, overwrite=False)
        told = front_matter(out)
        assert (told["base_model"], told["license"], told["language"]) == (
            STARTER.base_model, STARTER.licence, STARTER.language,
        )  # fmt: skip
        assert "datasets" not in told
        model, earlier = str(out), read_bundle(out).record
    assert [step["origin"]["base_model"] for step in earlier.made_by] == [STARTER.base_model] * 3


def test_a_card_is_named_after_its_folder(trained: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    Publication(trained, {}, str(tmp_path), 0).write(Path(), CPU, overwrite=False)
    assert f"\n# {tmp_path.name}\n" in (tmp_path / "README.md").read_text(encoding="utf-8")
