"""Regression by a head: standardised targets, squared error, and scores in their own unit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from crosstask.errors import NotFound
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import Batch, Features, Outputs, objective_for
from crosstask.objectives.regression_head import RegressionHead
from crosstask.tasks.kinds.regression import Regression
from crosstask.tasks.task import TRAIN, Example, Split, Task
from crosstask.training.inference import outputs
from tiny_training import CPU, rows, toy_training

KIND = Regression(mean=2.5, spread=0.5)


@pytest.fixture(scope="module")
def text(tiny_checkpoint: Path):
    return load_trunk(tiny_checkpoint).text


def examples(scores: Sequence[float | None]) -> list[Example]:
    return [Example({"text": f"the film was {'very ' * number}good"}, score) for number, score in enumerate(scores)]


def test_targets_are_standardised(text):
    features = RegressionHead().encode(KIND, examples([2.5, 3.0, 1.0]), text)
    assert [row.target for row in features] == [0.0, 1.0, -3.0]
    batch = RegressionHead().batch(features, text)
    assert batch.targets.tolist() == [0.0, 1.0, -3.0]
    assert batch.weights.tolist() == [1.0] * 3


def test_a_pair_is_read_as_a_pair(text):
    (row,) = RegressionHead().encode(KIND, [Example({"text": "the film", "text_pair": "was good"}, 2.0)], text)
    assert row.encoding == text.encode([("the film", "was good")])[0]


def test_rows_without_a_score_are_no_number(text):
    objective = RegressionHead()
    batch = objective.batch(objective.encode(KIND, examples([None]), text), text)
    assert math.isnan(batch.targets.item())


ROWS = st.integers(1, 5).flatmap(
    lambda rows: st.tuples(
        *(arrays(np.float32, (rows,), elements=st.floats(-8, 8, width=32)) for _ in range(2)),
        arrays(np.float32, (rows,), elements=st.floats(0.125, 8, width=32)),
    )
)


@given(ROWS)
def test_the_loss_is_the_weighted_sum_of_squares(rows):
    found, targets, weights = rows
    loss = RegressionHead().loss(torch.from_numpy(found)[:, None], Batch(None, *map(torch.from_numpy, rows[1:])))
    assert loss.shape == ()
    expected = sum(weights.astype(float) * (found.astype(float) - targets) ** 2)
    assert float(loss) == pytest.approx(expected, rel=1e-4, abs=1e-5)


def test_answers_stand_in_the_unit_of_the_scores():
    features = [Features(None, row=0), Features(None, row=1), Features(None, row=1)]
    found = Outputs(examples([None, None]), features, np.array([[0.0], [1.0], [3.0]], dtype=np.float32))
    assert RegressionHead().decode(KIND, found, {}) == [{"score": 2.5}, {"score": 3.5}]


@pytest.mark.parametrize("unit", [1.0, 1000.0])
def test_the_unit_of_the_scores_does_not_matter(text, unit):
    scores = [1.0, 2.0, 4.0, 4.5]
    kind = Regression(mean=unit * float(np.mean(scores)), spread=unit * float(np.std(scores)))
    features = RegressionHead().encode(kind, examples([unit * score for score in scores]), text)
    values = np.array([[row.target] for row in features])
    answers = RegressionHead().decode(kind, Outputs(examples(scores), features, values), {})
    assert [answer["score"] for answer in answers] == pytest.approx([unit * score for score in scores])
    assert values.mean() == pytest.approx(0)
    assert values.std() == pytest.approx(1)


def test_the_head_is_as_asked_and_a_wrong_pooling_is_refused_at_once():
    head = objective_for(KIND, "head:pooling=cls,dropout=0.3").head(KIND, SimpleNamespace(width=16, generates=False))
    assert head.config == {"name": "classifier", "width": 16, "labels": 1, "pooling": "cls", "dropout": 0.3}
    with pytest.raises(NotFound, match="no pooling is called 'max'"):
        objective_for(KIND, "head:pooling=max")


def test_a_tiny_model_learns_it(tiny_checkpoint: Path):
    answered = Split([Example(row.inputs, 4.5 if row.target == "good" else 1.5) for row in rows(40)])
    task = Task("toy", Regression().learn({TRAIN: answered}), {TRAIN: answered})
    training = toy_training(tiny_checkpoint, task, phases=[{"steps": 60}])
    losses = [report.loss for report in training]
    assert sum(losses[-10:]) < 0.5 * sum(losses[:10])
    found = outputs(training.model, training.phases[0].lessons["toy"], CPU)
    metrics = task.kind.score(RegressionHead().decode(task.kind, found, {}), answered.examples).metrics
    assert metrics["pearson"].value > 0.8
