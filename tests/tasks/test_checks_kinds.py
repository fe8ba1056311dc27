"""What an inspection says of each kind of task."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from tiny_kinds import EXAMPLES, learned

from crosstask.tasks.checks.inspection import Inspection, inspect_tasks
from crosstask.tasks.checks.tables import tables
from crosstask.tasks.checks.tally import Reading
from crosstask.tasks.kind import KINDS, Kind
from crosstask.tasks.task import Example, Split, Task


def _words(kind: Kind, examples: Sequence[Example]) -> list[Reading]:
    """Words are tokens, and two of them a window."""
    counts = [sum(len(text.split()) for text in example.texts) for example in examples]
    return [Reading(count, 0, -(-count // 2)) for count in counts]


def inspected(name: str) -> Inspection:
    return inspect_tasks([Task("t", learned(name), {"train": Split(EXAMPLES[name])})], _words, limit=8)


def train(name: str) -> dict[str, Any]:
    record = json.loads(json.dumps(inspected(name).to_json()))
    found: dict[str, Any] = record["tasks"][0]["splits"]["train"]
    return found


@pytest.mark.parametrize("name", KINDS.names())
def test_targets_are_counted_by_name_or_measured(name: str):
    found = train(name)
    assert bool(found["labels"]) != ("targets" in found)
    (_, second, *_) = tables(inspected(name))
    kind = learned(name)
    assert second[0] == f"t: {kind.measure or f'{kind.counted} by label'}"
    assert len({len(row) for row in second[1]}) == 1


@pytest.mark.parametrize("name", KINDS.names())
def test_where_nothing_is_cut_windows_are_told(name: str):
    ((_, (header, row)), *_) = tables(inspected(name))
    told = dict(zip(header, row, strict=True))
    if learned(name).windowed:
        assert told["windows of 8"] == train(name)["tokens"]["windows"] > len(EXAMPLES[name])
        assert not {"over 8", "lost"} & set(told)
    else:
        assert (told["over 8"], told["lost"]) == ("0%", "0%")


def test_each_label_of_a_set_counts():
    assert train("multi_label")["labels"] == {"film": 2, "food": 2, "plane": 1}


def test_spans_are_counted_by_their_label_and_not_the_words_outside():
    assert train("tagging")["labels"] == {"VIEW": 3, "THING": 2}


def test_plain_tags_are_counted_word_by_word():
    kind = KINDS.make("tagging").model_copy(update={"labels": ("DET", "NOUN")})
    assert kind.named(("DET", "NOUN", "NOUN")) == ("DET", "NOUN", "NOUN")


def test_scores_are_told_by_quantiles_that_occur():
    found = train("regression")["targets"]
    assert found == {"measure": "scores", "min": -2.0, "p5": -2.0, "median": 3.5, "p95": 4.25, "max": 4.25}


def test_answers_and_texts_are_measured_in_words():
    assert (train("span")["targets"]["min"], train("span")["targets"]["max"]) == (0, 2)
    assert train("generation")["targets"]["median"] == 3


def test_a_warning_says_what_to_read_instead():
    rows = [Example({"text": str(at)}, ("rain", "sun") if at else ("sun", "snow"), at) for at in range(12)]
    kind = KINDS.make("multi_label").learn({"train": Split(rows)})
    (facts,) = inspect_tasks([Task("t", kind, {"train": Split(rows)})], _words, limit=8).tasks
    assert facts.warnings == ("train: 'sun' has 12 times the rows of 'snow': read macro F1, not micro F1",)


def test_labels_that_read_the_same_are_told():
    labels = ["caf\u00e9", "cafe\u0301", "caf\u00e9", "bar", "Bar", "inn"]
    rows = [Example({"text": str(at)}, label, at) for at, label in enumerate(labels)]
    kind = KINDS.make("classification").learn({"train": Split(rows)})
    (facts,) = inspect_tasks([Task("t", kind, {"train": Split(rows)})], _words, limit=8).tasks
    assert facts.warnings == (
        "train: 'caf\u00e9' (2), 'cafe\u0301' (1) are 2 labels: where one is meant, write them alike",
        "train: 'Bar' (1), 'bar' (1) are 2 labels: where one is meant, write them alike",
    )


def test_a_conflict_of_other_kinds_is_of_answers():
    rows = [Example({"text": "a"}, score, row) for row, score in ((1, 0.5), (2, 1.0))]
    kind = KINDS.make("regression").learn({"train": Split(rows)})
    (facts,) = inspect_tasks([Task("t", kind, {"train": Split(rows)})], _words, limit=8).tasks
    said = "train: 2 rows have the same input as another with another answer (rows 1 and 2: '0.5' and '1')"
    assert facts.warnings[0] == said
