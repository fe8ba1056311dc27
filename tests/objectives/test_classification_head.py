"""Classification by a head: features, weights, loss and answers."""

import math
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as some
from hypothesis.extra.numpy import arrays

from crosstask.errors import ConfigError, NotFound
from crosstask.models import poolings
from crosstask.models.pooling import POOLINGS
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import Batch, Features, Outputs, objective_for
from crosstask.objectives.classification_head import ClassificationHead
from crosstask.objectives.regression_head import RegressionHead
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import Example

TRUNK = SimpleNamespace(width=16, causal=False)
KIND = Classification(labels=("bad", "good", "neither"))
PAIR = Classification(text="premise", text_pair="hypothesis", labels=("no", "yes"))
TARGETS = ["good", "bad", "good", "good", "neither", "good"]


@pytest.fixture(scope="module")
def text(tiny_checkpoint: Path):
    return load_trunk(tiny_checkpoint).text


def examples(targets):
    return [Example({"text": f"the film was {'very ' * number}good"}, target) for number, target in enumerate(targets)]


def test_the_target_is_the_labels_place_in_the_label_space(text):
    features = ClassificationHead().encode(KIND, examples(TARGETS), text)
    assert [row.target for row in features] == [1, 0, 1, 1, 2, 1]
    assert [row.weight for row in features] == [1.0] * 6
    assert [len(row.encoding.ids) for row in features] == [6, 7, 8, 9, 10, 11]


def test_balanced_weights_are_those_of_scikit_learn(text):
    from sklearn.utils.class_weight import compute_sample_weight

    features = ClassificationHead(class_weights="balanced").encode(KIND, examples(TARGETS), text)
    weights = [row.weight for row in features]
    np.testing.assert_allclose(weights, compute_sample_weight("balanced", TARGETS))
    assert sum(weights) == pytest.approx(len(TARGETS))


@pytest.mark.parametrize("class_weights", ["none", "balanced"])
def test_rows_without_a_label_can_be_encoded(text, class_weights):
    objective = ClassificationHead(class_weights=class_weights)
    features = objective.encode(KIND, examples([None, None]), text)
    assert objective.batch(features, text).targets.tolist() == [-100, -100]


def test_a_pair_is_read_as_a_pair(text):
    example = Example({"text": "the film", "text_pair": "was good"}, "yes")
    (row,) = ClassificationHead().encode(PAIR, [example], text)
    assert row.encoding == text.encode([("the film", "was good")])[0]
    assert len(row.encoding.ids) == 7


def test_a_batch_is_padded_together(text):
    objective = ClassificationHead(class_weights="balanced")
    features = objective.encode(KIND, examples(TARGETS), text)
    batch = objective.batch(features[1:4], text)
    assert batch.tokens.mask.sum(1).tolist() == [7, 8, 9]
    assert batch.targets.tolist() == [0, 1, 1]
    assert batch.weights.tolist() == pytest.approx([row.weight for row in features[1:4]])
    assert batch.to(torch.device("cpu")) is batch


ROWS = some.integers(1, 6).flatmap(
    lambda rows: some.tuples(
        arrays(np.float32, (rows, 3), elements=some.floats(-20, 20, width=32)),
        some.lists(some.integers(0, 2), min_size=rows, max_size=rows),
        some.lists(some.floats(0.125, 8, width=32), min_size=rows, max_size=rows),
    )
)


@given(ROWS)
def test_the_loss_is_the_weighted_sum_of_cross_entropies(rows):
    logits, targets, weights = rows
    batch = Batch(None, torch.tensor(targets), torch.tensor(weights))
    found = float(ClassificationHead().loss(torch.from_numpy(logits), batch))
    expected = 0.0
    for row, target, weight in zip(logits.astype(np.float64), targets, weights, strict=True):
        highest = max(row)
        total = math.log(sum(math.exp(value - highest) for value in row)) + highest
        expected += weight * (total - row[target])
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-5)


def answers(logits, temperature):
    """The prediction records for logits, one row an example."""
    examples = [Example({"text": "a"})] * len(logits)
    features = [Features(None, row=row) for row in range(len(logits))]
    return ClassificationHead().decode(KIND, Outputs(examples, features, logits), {"temperature": temperature})


@given(arrays(np.float32, (4, 3), elements=some.floats(-50, 50, width=32)), some.floats(0.1, 10))
def test_answers_name_the_label_and_every_probability(logits, temperature):
    for row, answer in zip(logits, answers(logits, temperature), strict=True):
        assert list(answer["probabilities"]) == list(KIND.labels)
        assert sum(answer["probabilities"].values()) == pytest.approx(1)
        assert answer["probabilities"][answer["label"]] == max(answer["probabilities"].values())
        assert row[KIND.labels.index(answer["label"])] == pytest.approx(max(row), abs=1e-9)


def test_the_temperature_divides_the_logits():
    (answer,) = answers(np.array([[0.0, 2.0, -2.0]]), temperature=2.0)
    total = 1 + math.e + 1 / math.e
    assert list(answer["probabilities"].values()) == pytest.approx([1 / total, math.e / total, 1 / math.e / total])


@pytest.mark.parametrize("pooling", POOLINGS.names())
def test_the_head_is_as_asked(pooling):
    head = ClassificationHead(pooling=pooling, dropout=0.3).head(KIND, TRUNK)
    assert head.config == {"name": "classifier", "width": 16, "labels": 3, "pooling": pooling, "dropout": 0.3}


def test_a_new_pooling_is_one_file(tmp_path, monkeypatch):
    (tmp_path / "middle.py").write_text(
        "from crosstask.models.poolings.mean import Mean\n\n\nclass Middle(Mean):\n    pass\n"
    )
    monkeypatch.setattr(poolings.__spec__, "submodule_search_locations", [*poolings.__path__, str(tmp_path)])
    monkeypatch.setattr(poolings, "__path__", [*poolings.__path__, str(tmp_path)])
    try:
        objective = objective_for(KIND, "head:pooling=middle")
        assert type(objective.head(KIND, TRUNK).pooler) is type(ClassificationHead().head(KIND, TRUNK).pooler)
        assert objective.config()["pooling"] == "middle"
    finally:
        sys.modules.pop("crosstask.models.poolings.middle", None)


@pytest.mark.parametrize(
    "way",
    [
        "head:pooling=cls,class_weights=balanced",
        "classification_head:pooling=cls,class_weights=balanced",
        {"name": "head", "pooling": "cls", "class_weights": "balanced"},
        ClassificationHead(pooling="cls", class_weights="balanced"),
    ],
)
def test_a_way_is_found_by_its_short_and_its_full_name(way):
    assert objective_for(KIND, way) == ClassificationHead(pooling="cls", class_weights="balanced")


def test_a_way_is_rebuilt_from_its_config():
    objective = ClassificationHead(pooling="attention", dropout=0.0)
    assert objective_for(KIND, objective.config()) == objective


def test_an_unknown_way_or_option_is_refused():
    with pytest.raises(NotFound, match=r"called 'lm'\. It learns a generation: .* write FILE:kind=generation\."):
        objective_for(KIND, "lm")
    with pytest.raises(NotFound, match="no way to learn a classification is called 'prompt'"):
        objective_for(KIND, "prompt")
    for way in ("regression_head", RegressionHead(), {"name": "regression_head"}):
        with pytest.raises(NotFound, match="no way to learn a classification is called 'regression_head'") as caught:
            objective_for(KIND, way)
        assert caught.value.field == "objective"
    assert objective_for(KIND, objective := ClassificationHead(pooling="cls")) is objective
    with pytest.raises(NotFound, match="no pooling is called 'max'. Did you mean mean?") as caught:
        objective_for(KIND, "head:pooling=max")
    assert caught.value.field == "pooling"
    with pytest.raises(ConfigError, match="no option 'top'"):
        objective_for(KIND, "head:pooling=mean:top=3")
