"""Classification of long texts: windows instead of a cut, each a part of its row."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from crosstask.models.text_encoder import TextEncoder
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import Outputs, objective_for
from crosstask.objectives.classification_head import ClassificationHead
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import Example

KIND = Classification(labels=("bad", "good"))
EXAMPLES = [
    Example({"text": "the film was " + "very " * 40 + "good"}, "good", 1),
    Example({"text": "awful"}, "bad", 2),
    Example({"text": "the food was " + "not " * 20 + "bad"}, "good", 3),
]


@pytest.fixture(scope="module")
def text(tiny_checkpoint: Path) -> TextEncoder:
    return replace(load_trunk(tiny_checkpoint).text, max_length=16)


def test_windows_of_a_row_weigh_as_much_as_a_row(text: TextEncoder) -> None:
    objective = ClassificationHead(windows=True, overlap=4, class_weights="balanced")
    features = objective.encode(KIND, EXAMPLES, text)
    assert [features.count(row) for row in features] == [1] * len(features)
    weights = [sum(window.weight for window in features if window.row == row) for row in range(3)]
    assert weights == pytest.approx([0.75, 1.5, 0.75])
    assert {(window.row, window.target) for window in features} == {(0, 1), (1, 0), (2, 1)}
    assert all(window.encoding.length == len(window.encoding.ids) <= 16 for window in features)


def test_texts_are_cut_where_windows_are_not_asked_for(text: TextEncoder) -> None:
    features = ClassificationHead().encode(KIND, EXAMPLES, text)
    assert [row.row for row in features] == [0, 1, 2]
    assert features[0].encoding.length == 46


def test_the_answer_is_that_of_the_mean_logits(text: TextEncoder) -> None:
    objective = objective_for(KIND, "head:windows=yes,overlap=4")
    features = objective.encode(KIND, EXAMPLES, text)
    values = list(np.random.default_rng(0).normal(size=(len(features), 2)).astype(np.float32))
    records = objective.decode(KIND, Outputs(EXAMPLES, features, values), {})
    for number, record in enumerate(records):
        own = [logits for window, logits in zip(features, values, strict=True) if window.row == number]
        expected = softmax(np.mean(own, axis=0))
        assert list(record["probabilities"].values()) == pytest.approx(list(expected), rel=1e-5)
