"""Multi-label by a head: targets, weights, loss, thresholds and answers."""

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
from scipy.special import expit

from crosstask.errors import NotFound
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import Batch, Features, Outputs, objective_for
from crosstask.objectives.multi_label_head import MultiLabelHead
from crosstask.tasks.kinds.multi_label import MultiLabel
from crosstask.tasks.task import TRAIN, Example, Split, Task
from crosstask.training.inference import outputs as outputs_of
from tiny_training import CPU, rows, toy_training

KIND = MultiLabel(names=("a", "b", "c"))
TARGETS = [("a",), ("a", "b"), (), ("a",)]


@pytest.fixture(scope="module")
def text(tiny_checkpoint: Path):
    return load_trunk(tiny_checkpoint).text


def examples(targets: Sequence[tuple[str, ...] | None]) -> list[Example]:
    return [Example({"text": f"the film was {'very ' * number}good"}, target) for number, target in enumerate(targets)]


def outputs(logits: np.ndarray, targets: Sequence[tuple[str, ...] | None]) -> Outputs:
    features = [Features(None, row=row) for row in range(len(logits))]
    return Outputs([Example({"text": "a"}, target) for target in targets], features, logits)


def test_the_target_says_of_each_label_whether_it_holds(text):
    features = MultiLabelHead().encode(KIND, examples(TARGETS), text)
    assert [row.target for row in features] == [(1, -1, -1), (1, 1, -1), (-1, -1, -1), (1, -1, -1)]
    assert [row.weight for row in features] == [1.0] * 4
    batch = MultiLabelHead().batch(features[:2], text)
    assert batch.targets.tolist() == [[1, -1, -1], [1, 1, -1]]
    assert batch.tokens.mask.sum(1).tolist() == [6, 7]


def test_balanced_weights_are_those_of_scikit_learn_label_by_label(text):
    from sklearn.utils.class_weight import compute_sample_weight

    features = MultiLabelHead(positive_weights="balanced").encode(KIND, examples(TARGETS), text)
    signed = np.array([row.target for row in features])
    for place, label in enumerate(KIND.names):
        has = [label in target for target in TARGETS]
        np.testing.assert_allclose(np.abs(signed[:, place]), compute_sample_weight("balanced", has))
        assert np.array_equal(signed[:, place] > 0, has)


@pytest.mark.parametrize("positive_weights", ["none", "balanced"])
def test_rows_without_an_answer_can_be_encoded(text, positive_weights):
    objective = MultiLabelHead(positive_weights=positive_weights)
    features = objective.encode(KIND, examples([None, None]), text)
    assert [row.target for row in features] == [None, None]
    assert objective.batch(features, text).targets.shape == (2, 0)


ROWS = st.integers(1, 5).flatmap(
    lambda rows: st.tuples(
        arrays(np.float32, (rows, 3), elements=st.floats(-15, 15, width=32)),
        arrays(np.float32, (rows, 3), elements=st.sampled_from([-2.0, -1.0, 0.5, 1.0])),
        arrays(np.float32, (rows,), elements=st.floats(0.125, 8, width=32)),
    )
)


@given(ROWS)
def test_the_loss_is_the_weighted_sum_of_mean_binary_cross_entropies(rows):
    logits, targets, weights = rows
    found = float(MultiLabelHead().loss(torch.from_numpy(logits), Batch(None, *map(torch.from_numpy, rows[1:]))))
    expected = 0.0
    for row, target, weight in zip(logits.astype(float), targets, weights, strict=True):
        losses = [abs(w) * math.log1p(math.exp(-z if w > 0 else z)) for z, w in zip(row, target, strict=True)]
        expected += weight * sum(losses) / 3
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-5)


@given(arrays(np.float32, (4, 3), elements=st.floats(-50, 50, width=32)))
def test_answers_name_every_probability_and_the_labels_from_a_half_on(logits):
    for row, answer in zip(logits, MultiLabelHead().decode(KIND, outputs(logits, [()] * 4), {}), strict=True):
        assert list(answer["probabilities"].values()) == pytest.approx(expit(row.astype(float)).tolist())
        assert answer["labels"] == [label for label, p in answer["probabilities"].items() if p >= 0.5]


def test_the_temperature_divides_the_logits_and_thresholds_stand_by_name():
    fitted = {"temperature": 2.0, "thresholds": {"c": 0.2, "a": 0.9, "b": 0.1}}
    (answer,) = MultiLabelHead().decode(KIND, outputs(np.array([[2.0, -2.0, -4.0]]), [()]), fitted)
    assert list(answer["probabilities"].values()) == pytest.approx([0.731, 0.269, 0.119], abs=1e-3)
    assert answer["labels"] == ["b"]


def drawn(rows: int) -> Outputs:
    """Logits that are twice too large and shifted, so that the best line lies far below a probability of a half."""
    draw = np.random.default_rng(0)
    truth = draw.random((rows, 3)) < [0.3, 0.2, 0.25]
    logits = 2 * (np.where(truth, 1.0, -1.0) + draw.normal(0, 0.7, truth.shape) - 2)
    targets = [tuple(np.array(KIND.names)[row]) for row in truth]
    return outputs(logits.astype(np.float32), targets)


def test_what_is_fitted_gives_better_answers():
    objective, found = MultiLabelHead(), drawn(400)
    fitted = objective.fit(KIND, found)
    assert list(fitted["thresholds"]) == list(KIND.names)
    before, after = (
        KIND.score(objective.decode(KIND, drawn(500), given), drawn(500).examples).metrics["micro_f1"].value
        for given in ({}, fitted)
    )
    assert after > before + 0.1


def test_few_rows_fit_less():
    objective = MultiLabelHead()
    assert objective.fit(KIND, drawn(400)).keys() == {"temperature", "thresholds"}
    assert objective.fit(KIND, drawn(60)).keys() == {"thresholds"}
    assert objective.fit(KIND, drawn(8)) == {}


@pytest.mark.parametrize(("labels", "probability"), [("a", 0.5), ("ab", 0.5), ("abcdefghij", 0.1)])
def test_a_fresh_head_expects_one_label_a_row(labels, probability):
    head = MultiLabelHead().head(MultiLabel(names=tuple(labels)), SimpleNamespace(width=16, causal=False))
    assert expit(head.linear.bias.detach().numpy()) == pytest.approx([probability] * len(labels))


def test_the_head_is_as_asked_and_a_wrong_pooling_is_refused_at_once():
    head = objective_for(KIND, "head:pooling=cls,dropout=0.3").head(KIND, SimpleNamespace(width=16, causal=False))
    assert head.config == {"name": "classifier", "width": 16, "labels": 3, "pooling": "cls", "dropout": 0.3}
    with pytest.raises(NotFound, match="no pooling is called 'max'") as caught:
        objective_for(KIND, "head:pooling=max")
    assert caught.value.field == "pooling"


def test_a_tiny_model_learns_it(tiny_checkpoint: Path):
    answered = Split([Example(row.inputs, ("good",) if row.target == "good" else ()) for row in rows(40)])
    task = Task("toy", MultiLabel().learn({TRAIN: answered}), {TRAIN: answered})
    training = toy_training(tiny_checkpoint, task, phases=[{"steps": 60}])
    losses = [report.loss for report in training]
    assert sum(losses[-10:]) < 0.5 * sum(losses[:10])
    found = outputs_of(training.model, training.phases[0].lessons["toy"], CPU)
    metrics = task.kind.score(MultiLabelHead().decode(task.kind, found, {}), answered.examples).metrics
    assert metrics["micro_f1"].value > 0.9
