"""The contract of a task kind, for every registered one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tiny_kinds import EXAMPLES, learned

from crosstask.errors import InputError
from crosstask.tasks.kind import KINDS
from crosstask.tasks.task import TEST, TRAIN, Example, Split, Task

pytestmark = pytest.mark.parametrize("name", KINDS.names())


def records(name: str) -> list[dict[str, Any]]:
    """The examples as rows of a file with the kind's own column names."""
    kind = learned(name)
    columns = kind.columns
    rows = []
    for example in EXAMPLES[name]:
        given = {**example.inputs, kind.target: example.target}
        rows.append({column: given[field] for field, column in columns.items()})
    return rows


def test_it_is_rebuilt_from_its_config(name: str):
    kind = learned(name)
    config = kind.config()
    assert KINDS.make(json.loads(json.dumps(config))) == kind
    assert (kind.method_name(), config["name"]) == (name, name)
    assert KINDS.summaries()[name]


def test_it_says_what_its_columns_hold(name: str):
    kind = learned(name)
    assert kind.target in kind.fields
    assert set(kind.columns) <= set(kind.fields)
    assert set(kind.inputs) == set(kind.columns) - {kind.target}
    assert kind.primary_metric == kind.metrics[0]
    assert set(kind.hub_metrics) <= set(kind.metrics)


def test_rows_become_examples(name: str):
    kind = learned(name)
    assert [kind.example(row, number, "a.csv") for number, row in enumerate(records(name), start=1)] == EXAMPLES[name]


def test_rows_without_an_answer_become_examples_too(name: str):
    kind = learned(name).without_target()
    example = kind.example(records(name)[0], 1, None)
    assert (example.inputs, example.target) == (EXAMPLES[name][0].inputs, None)


def test_an_empty_cell_is_named(name: str):
    kind = learned(name)
    for column in kind.columns.values() if kind.needs_targets else kind.inputs.values():
        with pytest.raises(InputError) as error:
            kind.example({**records(name)[1], column: None}, 2, "a.csv")
        assert (error.value.file, error.value.row, error.value.field) == ("a.csv", 2, column)
        assert error.value.mend


def test_a_missing_target_is_refused_in_its_row(name: str):
    kind, rows = learned(name), [EXAMPLES[name][0], Example(EXAMPLES[name][1].inputs, None, 2)]
    with pytest.raises(InputError) as error:
        kind.require_taught(Split(rows, "a.csv"))
    assert (error.value.file, error.value.row, error.value.field) == ("a.csv", 2, kind.columns[kind.target])
    assert error.value.mend
    if not kind.needs_targets:
        assert kind.learn({TRAIN: Split(rows)}) == kind
        with pytest.raises(InputError):
            kind.learn({TEST: Split(rows)})


def test_its_label_space_is_learned_once(name: str):
    kind = learned(name)
    assert len(set(kind.space)) == len(kind.space)
    assert kind.learn({TRAIN: Split(EXAMPLES[name])}) == kind
    assert kind.learn({TRAIN: Split(EXAMPLES[name][::-1])}) == kind


def test_a_task_of_it_has_a_fingerprint_of_its_own(name: str):
    task = Task("a", learned(name), {TRAIN: Split(EXAMPLES[name])})
    fewer = task.with_splits(train=Split(EXAMPLES[name][1:]))
    assert task.fingerprint == Task("b", learned(name), {TRAIN: Split(list(EXAMPLES[name]))}).fingerprint
    assert task.fingerprint != fewer.fingerprint
