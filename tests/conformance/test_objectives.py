"""The contract of an objective, for every registered one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_kinds import EXAMPLES, learned

from crosstask.models.model import MultiTaskModel
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import OBJECTIVES, Outputs
from crosstask.tasks.kind import KINDS, Kind

pytestmark = pytest.mark.parametrize("name", OBJECTIVES.names())


def kind_of(name: str) -> Kind:
    """The kind that an objective learns: its name begins with the kind's."""
    (kind,) = [kind for kind in KINDS.names() if name.startswith(f"{kind}_")]
    return learned(kind)


@pytest.fixture
def trunk(name: str, tiny_checkpoint: Path, tiny_decoder: Path):
    """An encoder for an objective with a head of its own, else a decoder."""
    return load_trunk(tiny_checkpoint if name.endswith("_head") else tiny_decoder)


def test_it_is_rebuilt_from_its_config(name: str):
    objective = OBJECTIVES.make(name)
    assert objective.method_name() == name
    assert OBJECTIVES.make(objective.config()) == objective
    assert OBJECTIVES.summaries()[name]


def test_features_stand_in_the_order_of_the_examples(name: str, trunk):
    objective, kind = OBJECTIVES.make(name), kind_of(name)
    examples = EXAMPLES[kind.method_name()]
    features = objective.encode(kind, examples, trunk.text)
    again = objective.encode(kind, examples[::-1], trunk.text)[::-1]
    assert [row.encoding for row in features] == [row.encoding for row in again]
    assert [(row.target, row.weight) for row in features] == [(row.target, row.weight) for row in again]
    assert all(row.weight > 0 for row in features)


def test_the_loss_is_a_sum_over_rows_that_gives_gradients(name: str, trunk):
    objective, kind = OBJECTIVES.make(name), kind_of(name)
    features = objective.encode(kind, EXAMPLES[kind.method_name()], trunk.text)
    head = objective.head(kind, trunk).eval()

    def loss(rows):
        batch = objective.batch(rows, trunk.text)
        assert batch.weights.tolist() == pytest.approx([row.weight for row in rows])
        return objective.loss(head(trunk(batch.tokens), batch.tokens, trunk), batch)

    whole = loss(features)
    parts = [loss([row]) for row in features]
    assert whole.shape == ()
    torch.testing.assert_close(torch.stack(parts).sum(), whole)
    whole.backward()
    assert all(weight.grad is not None and weight.grad.isfinite().all() for weight in head.parameters())


def test_features_say_what_training_reads_of_them(name: str, trunk):
    objective, kind = OBJECTIVES.make(name), kind_of(name)
    for row in objective.encode(kind, EXAMPLES[kind.method_name()], trunk.text):
        read = objective.batch([row], trunk.text).tokens.mask
        assert read.shape == (row.sequences, row.sequence_length)


def test_answers_can_be_scored(name: str, trunk):
    objective, kind = OBJECTIVES.make(name), kind_of(name)
    examples = EXAMPLES[kind.method_name()]
    features = objective.encode(kind, examples, trunk.text)
    batch = objective.batch(features, trunk.text)
    head = objective.head(kind, trunk).eval()
    reader = objective.reader(MultiTaskModel(trunk, {"t": head}), "t")
    with torch.inference_mode():
        found = Outputs(examples, features, [values.numpy() for values in reader(batch)], trunk.text)
    for fitted in ({}, objective.fit(kind, found)):
        records = objective.decode(kind, found, fitted)
        assert len(records) == len(examples)
        metrics = kind.score(records, examples).metrics
        assert metrics.keys() == set(kind.metrics)
        assert all(np.isfinite(found.value) for found in metrics.values())


def test_rows_without_an_answer_can_be_asked(name: str, trunk):
    objective, kind = OBJECTIVES.make(name), kind_of(name)
    asked = [example.__class__(example.inputs) for example in EXAMPLES[kind.method_name()]]
    batch = objective.batch(objective.encode(kind, asked, trunk.text), trunk.text)
    assert len(batch.weights) == len(asked)
