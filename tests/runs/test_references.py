"""The cheap references beside every score."""

from pathlib import Path

import pytest

from crosstask.runs.options import TrainingOptions
from crosstask.runs.references import REFERENCES, linear_probe, majority, tfidf
from crosstask.runs.start import load_start
from crosstask.runs.trial import Trial
from crosstask.tasks.task import Split
from tiny_training import CPU, rows, toy_task


@pytest.fixture
def trial(tiny_checkpoint: Path) -> Trial:
    return Trial(toy_task(train=60), load_start(str(tiny_checkpoint)), TrainingOptions(), CPU)


@pytest.mark.parametrize("name", REFERENCES)
def test_a_reference_answers_every_row_with_a_label_the_same_each_time(trial: Trial, name: str):
    asked = rows(20, seed=7)
    answers = REFERENCES[name](trial, asked)
    assert len(answers) == 20
    assert set(answers) <= {"bad", "good"}
    assert REFERENCES[name](trial, asked) == answers


def test_majority_is_the_most_frequent_train_label(trial: Trial):
    assert majority(trial, rows(3)) == ["bad"] * 3
    examples = [row for row in trial.task.split("train").examples if row.target == "good" or row.row < 9]
    rare = Trial(trial.task.with_splits(train=Split(examples)), trial.start, trial.options, CPU)
    assert majority(rare, rows(3)) == ["good"] * 3


@pytest.mark.parametrize("reference", [tfidf, linear_probe])
def test_what_words_tell_is_learned(trial: Trial, reference):
    asked = rows(60, seed=7)
    right = [guess == row.target for guess, row in zip(reference(trial, asked), asked, strict=True)]
    assert sum(right) > 40


def test_the_start_stays_as_it_was(trial: Trial):
    before = trial.start.trunk.content_hash
    linear_probe(trial, rows(5))
    assert trial.start.trunk.content_hash == before
