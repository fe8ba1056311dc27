"""The cheap references beside every score: of every kind the same contract, and what each of them learns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from tiny_kinds import EXAMPLES, learned

from crosstask.evidence.interval import Interval
from crosstask.registry import class_name
from crosstask.runs.options import TrainingOptions
from crosstask.runs.references import REFERENCES, Reference, References, _features, references_for
from crosstask.runs.references.classification import linear_probe, majority, tfidf
from crosstask.runs.start import Start, load_start
from crosstask.runs.trial import Trial
from crosstask.tasks.kind import KINDS
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import Example, Split, Task
from tiny_training import CPU, rows, toy_task

CASES = [(name, reference) for name in REFERENCES.names() for reference in references_for(learned(name))]


@pytest.fixture(scope="module")
def start(tiny_checkpoint: Path) -> Start:
    return load_start(str(tiny_checkpoint))


def trial(start: Start, task: Task | None = None) -> Trial:
    return Trial(task or toy_task(train=60), start, TrainingOptions(), CPU)


def of_kind(start: Start, name: str) -> Trial:
    return trial(start, Task("t", learned(name), {"train": Split(EXAMPLES[name])}))


@pytest.mark.parametrize("name", REFERENCES.names())
def test_a_member_names_what_it_holds(name: str):
    assert REFERENCES.make(name).method_name() == name
    assert len(references_for(learned(name))) >= 2
    assert REFERENCES.summaries()[name]


def test_every_kind_has_references():
    assert REFERENCES.names() == KINDS.names()


def foreign(name: str) -> Classification:
    """A kind of another package, called by this name."""
    return type(class_name(name), (Classification,), {})()


@pytest.mark.parametrize("name", ["foreign", "features", "sentences"])
def test_a_kind_without_references_has_none_however_it_is_called(name: str):
    assert references_for(foreign(name)) == {}


class Foreign(References):
    """References that another package brings."""

    by_name: ClassVar[Mapping[str, Reference]] = {"majority": majority}


def test_another_package_adds_those_of_its_kind(monkeypatch: pytest.MonkeyPatch):
    point = EntryPoint("foreign", f"{__name__}:Foreign", REFERENCES.group)
    monkeypatch.setattr(EntryPoint, "load", lambda self: Foreign)
    monkeypatch.setattr("crosstask.registry._outsiders", lambda group, path: [point])
    assert references_for(foreign("foreign")) == {"majority": majority}


@pytest.mark.parametrize(("name", "reference"), CASES)
def test_a_reference_answers_every_row_with_records_that_its_kind_scores(start: Start, name: str, reference: str):
    one = of_kind(start, name)
    answer = references_for(one.task.kind)[reference]
    unseen = [Example(row.inputs, None, row.row) for row in EXAMPLES[name]]
    found = answer(one, unseen)
    assert json.loads(json.dumps(found)) == list(answer(one, EXAMPLES[name]))
    scores = one.task.kind.score(found, EXAMPLES[name])
    assert (scores.rows, scores.metrics.keys()) == (len(unseen), set(one.task.kind.metrics))
    assert all(isinstance(value, Interval) and np.isfinite(value.value) for value in scores.metrics.values())
    assert all(one.task.kind.told(record) for record in found)


@pytest.mark.parametrize(("name", "reference"), CASES)
def test_an_answer_does_not_depend_on_the_rows_beside_it(start: Start, name: str, reference: str):
    one = of_kind(start, name)
    answer = references_for(one.task.kind)[reference]
    together = answer(one, EXAMPLES[name])
    alone = [answer(one, [row])[0] for row in EXAMPLES[name]]
    assert [one.task.kind.told(record) for record in alone] == [one.task.kind.told(record) for record in together]


def test_majority_is_the_most_frequent_train_label(start: Start):
    one = trial(start)
    assert majority(one, rows(3)) == [{"label": "bad", "probabilities": {"bad": 0.5, "good": 0.5}}] * 3
    examples = [row for row in one.task.split("train").examples if row.target == "good" or row.row < 9]
    rare = trial(start, one.task.with_splits(train=Split(examples)))
    assert [record["label"] for record in majority(rare, rows(3))] == ["good"] * 3


@pytest.mark.parametrize("reference", [tfidf, linear_probe])
def test_what_words_tell_is_learned(start: Start, reference: Reference):
    asked = rows(60, seed=7)
    found = reference(trial(start), asked)
    assert sum(record["label"] == row.target for record, row in zip(found, asked, strict=True)) > 40
    assert all(sum(record["probabilities"].values()) == pytest.approx(1) for record in found)


@pytest.mark.parametrize("reference", [majority, tfidf, linear_probe])
def test_a_label_that_train_does_not_show_has_no_probability(start: Start, reference: Reference):
    task = toy_task(train=60)
    wider = Task("t", Classification(labels=("bad", "fair", "good")), task.splits)
    (found,) = reference(trial(start, wider), rows(1))
    assert list(found["probabilities"]) == ["bad", "fair", "good"]
    assert found["probabilities"]["fair"] == 0


def test_the_start_stays_as_it_was(start: Start):
    before = start.trunk.content_hash
    linear_probe(trial(start), rows(5))
    assert start.trunk.content_hash == before


def test_words_are_those_of_scikit_learn_and_chinese_is_read_by_characters():
    from sklearn.feature_extraction.text import TfidfVectorizer

    english = ["It's a warm, warm film of 1999!", "don't over-do snake_case", "Ünïcode naïve"]
    ours, theirs = _features.vectorizer().fit(english), TfidfVectorizer(ngram_range=(1, 2)).fit(english)
    assert ours.vocabulary_ == theirs.vocabulary_
    assert set(_features.vectorizer().fit(["房间很大GOOD"]).vocabulary_) == {
        *("房", "间", "很", "大", "good"),
        *("房 间", "间 很", "很 大", "大 good"),
    }


def test_states_are_those_of_the_trunk_read_text_by_text(start: Start):
    import torch

    texts = [("the film was good",), ("late",)]
    found = _features.states(trial(start), texts)
    for row, vector in zip(texts, found, strict=True):
        tokens = start.trunk.text.pad(start.trunk.text.encode([row]))
        with torch.no_grad():
            states = start.trunk(tokens)[0]
        np.testing.assert_allclose(vector, states.mean(0).numpy(), atol=1e-5)


def test_test_rows_are_read_once_for_all_draws(start: Start, monkeypatch: pytest.MonkeyPatch):
    read: list[int] = []
    plain = _features.outputs
    monkeypatch.setattr(
        _features, "outputs", lambda model, lesson, *rest: read.append(1) or plain(model, lesson, *rest)
    )
    same = [(f"text {row}",) for row in range(3)]
    found = [_features.states(trial(start), texts) for texts in ([("one",)], same, [("two",)], same, [("one",)])]
    assert len(read) == 4
    assert (found[1] == found[3]).all()


def test_states_go_with_their_start(start: Start, tiny_checkpoint: Path):
    texts = [("one",), ("two",)]
    found = _features.states(trial(start), texts)
    other = load_start(str(tiny_checkpoint))
    assert not other.states.kept
    assert (_features.states(trial(other), texts) == found).all()
    assert any(kept is found for kept in start.states.kept.values())
