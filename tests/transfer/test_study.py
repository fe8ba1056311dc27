"""A study on tiny models: same labels on both sides, nothing computed twice."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from crosstask.models.bundle import is_bundle
from crosstask.models.bundle_record import Manifest
from crosstask.reports.from_study import quickstart_record, quickstart_result
from crosstask.reports.messages import messages
from crosstask.runs.forecast import inference, training
from crosstask.runs.options import TrainingOptions
from crosstask.runs.references import references_for
from crosstask.runs.start import load_start
from crosstask.runs.trial import Trained
from crosstask.serving.bundle import load
from crosstask.tasks import Example, Split, Task
from crosstask.tasks.kinds.classification import Classification
from crosstask.training.runtime import Runtime
from crosstask.transfer.forecast import study_forecast
from crosstask.transfer.study import DIRECT, TRANSFER, ZERO_SHOT, Study
from crosstask.ui import Silent

CHEAP = references_for(Classification())
WORDS = ("film", "food", "plane", "very nice", "not late", "the food", "a film", "is it")


def toy(name: str, good: str, bad: str) -> Task:
    rows = [
        Example({"text": f"{word} {tone}"}, label) for word in WORDS for tone, label in ((good, "yes"), (bad, "no"))
    ]
    splits = {split: Split(rows) for split in ("train", "validation", "test")}
    return Task(name, Classification().learn(splits), splits)


class Kept:
    """Stands in for writing bundles: the source must be opened again, so it is written for real."""

    def __init__(self) -> None:
        self.outs: list[str] = []

    def __call__(self, trained: Trained, base: str, out: Path) -> None:
        from crosstask.reports.publish import Publication

        self.outs.append(out.name)
        made_by = {"step": "test", "steps": trained.steps}
        Publication(trained, made_by, base, 0).write(out, Runtime.make("cpu"), overwrite=True)


@pytest.fixture
def study(tiny_checkpoint: Path, tmp_path: Path) -> Study:
    return Study(
        source=toy("source", "good", "bad"),
        target=toy("target", "great", "awful"),
        model=str(tiny_checkpoint),
        fresh=load_start(str(tiny_checkpoint)),
        labels_per_class=4,
        source_rows=12,
        draws=2,
        watched=8,
        runtime=Runtime.make("cpu"),
        folder=tmp_path / "work",
        source_options=TrainingOptions(steps=6, batch_size=4),
        target_options=TrainingOptions(steps=4, batch_size=4),
        keep=Kept(),
    )


def test_every_method_has_an_outcome_a_draw(study: Study) -> None:
    outcomes = study.run(Silent())
    assert list(outcomes) == [TRANSFER, ZERO_SHOT, DIRECT, *CHEAP]
    assert all(len(found) == 2 and len(found[0].correct) == 16 for found in outcomes.values())
    assert study.keep.outs == ["source", "transfer", "direct"]
    for way in (DIRECT, TRANSFER):
        steps = [row["step"] for row in outcomes[way][0].journal if "loss" in row]
        assert steps == [1, 2, 3, 4]


def test_a_study_asked_again_computes_nothing(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    first = study.run(Silent())
    seconds = study.train_source(Silent())

    def fail(*_: object) -> None:
        raise AssertionError("computed twice")

    monkeypatch.setattr(Study, "_train", fail)
    monkeypatch.setattr(Study, "_refer", fail)
    monkeypatch.setattr(Study, "_train_source", fail)
    assert study.run(Silent()) == first
    assert study.train_source(Silent()) == seconds


@pytest.mark.parametrize("way", ["source", DIRECT, TRANSFER])
def test_a_bundle_that_has_gone_is_made_again(study: Study, way: str) -> None:
    first = study.run(Silent())
    (gone,) = study.folder.glob(f"*/{way}")
    shutil.rmtree(gone)
    again = replace(study)
    second = again.run(Silent())
    assert is_bundle(gone)
    assert study.keep.outs == ["source", "transfer", "direct", way]
    for name, outcomes in first.items():
        assert [one.correct for one in second[name]] == [one.correct for one in outcomes]


def test_the_forecast_is_the_sum_over_its_trials(study: Study) -> None:
    fewer, more = study_forecast(replace(study, draws=1)), study_forecast(study)
    direct, source = study.direct_trial(1), training(study.source_trial)
    scored = inference(direct.start.trunk, direct.lesson("test"), study.runtime.device)
    first = training(study.direct_trial(0))
    assert fewer.seconds == pytest.approx(source.seconds + 2 * first.seconds + (1 + 3) * scored.seconds)
    assert more.seconds - fewer.seconds == pytest.approx(2 * training(direct).seconds + 3 * scored.seconds)
    assert more.memory >= source.memory
    assert not study.folder.exists()


def test_what_would_come_out_otherwise_is_computed_anew(study: Study) -> None:
    first = study.run(Silent())
    longer = replace(study, target_options=TrainingOptions(steps=5, batch_size=4))
    second = longer.run(Silent())
    for way in (DIRECT, TRANSFER):
        assert [row["step"] for row in second[way][0].journal if "loss" in row] == [1, 2, 3, 4, 5]
        assert longer.bundle(way) != study.bundle(way)
        assert [Manifest.read(one.bundle(way)).record.made_by[-1]["steps"] for one in (study, longer)] == [4, 5]
    assert second["majority"] == first["majority"]  # the very seconds: what did not change was taken from the store
    assert study.keep.outs == ["source", "transfer", "direct", "transfer", "direct"]


def test_another_source_is_trained_anew_and_beside_it(study: Study) -> None:
    study.run(Silent())
    other = replace(study, source_options=TrainingOptions(steps=7, batch_size=4))
    other.run(Silent())
    assert study.keep.outs == ["source", "transfer", "direct", "source", "transfer"]
    assert other.bundle(DIRECT) == study.bundle(DIRECT)
    assert other.bundle(TRANSFER) != study.bundle(TRANSFER)


def test_a_draw_that_was_not_the_first_leaves_a_bundle_where_it_is(study: Study) -> None:
    study.run(Silent())
    later = replace(study, seed=1)
    later.run(Silent())
    assert all(is_bundle(later.bundle(way)) for way in (DIRECT, TRANSFER))


def test_zero_shot_transfer_is_what_the_sources_bundle_answers(study: Study) -> None:
    """With words that source and target share, it knows the target without one of its labels, in every draw alike."""
    learns = TrainingOptions(steps=60, learning_rate=1e-2)
    alike = replace(study, target=toy("target", "good", "bad"), source_options=learns)
    outcomes = alike.run(Silent())
    first, second = outcomes[ZERO_SHOT]
    assert first == second
    assert first.seconds == 0
    (source,) = alike.folder.glob("*/source")
    rows = alike.target.split("test").examples
    answers = load(source, "cpu").predict([row.inputs["text"] for row in rows])
    assert list(first.correct) == [answer.label == row.target for answer, row in zip(answers, rows, strict=True)]
    assert sum(first.correct) > 12


def test_same_seed_same_outcomes(study: Study, tmp_path: Path) -> None:
    again = replace(study, folder=tmp_path / "again")
    first, second = study.run(Silent()), again.run(Silent())
    for name in first:
        assert [found.correct for found in first[name]] == [found.correct for found in second[name]]


def test_key_follows_what_decides_the_result(study: Study) -> None:
    assert study.key == replace(study, folder=Path("elsewhere")).key
    assert study.key != replace(study, seed=1).key
    assert study.key != replace(study, labels_per_class=3).key


def test_record_says_what_was_measured(study: Study) -> None:
    outcomes = study.run(Silent())
    record = quickstart_record(quickstart_result(study, outcomes, 1.5, []), messages("en"))
    accuracy = record["methods"][DIRECT]["accuracy"]["value"]
    right = [sum(found.correct) / len(found.correct) for found in outcomes[DIRECT]]
    assert accuracy == pytest.approx(sum(right) / 2)
    assert record["decision"]["way"] in (DIRECT, TRANSFER)
    assert len(record["table"]) == 3 + len(CHEAP)
