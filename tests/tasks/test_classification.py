"""The kind classification: its examples, its label space, and its scores against scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from crosstask.errors import ConfigError, InputError
from crosstask.tasks.kinds.classification import Classification, natural_order
from crosstask.tasks.task import Example, Split

KIND = Classification(text="review", label="stars")


def split(*labels: str | None, file: str = "a.csv") -> Split:
    return Split([Example({"text": "t"}, label, row) for row, label in enumerate(labels, start=1)], file)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "1"),
        (1.0, "1"),
        (np.float32(2), "2"),
        (np.int64(3), "3"),
        ("1.0", "1.0"),
        (True, "true"),
        (np.True_, "true"),
        (" good ", "good"),
    ],
)
def test_labels_are_names_as_written(value: Any, name: str) -> None:
    assert KIND.example({"review": "fine", "stars": value}, 1, None).target == name


def test_an_example_keeps_its_texts_as_they_are() -> None:
    kind = Classification(text="a", text_pair="b", label="y")
    example = kind.example({"b": "two", "a": " one ", "y": "x"}, 7, "f")
    assert list(example.inputs.items()) == [("text", " one "), ("text_pair", "two")]
    assert example.row == 7


def test_a_number_where_text_stands_is_read_as_text() -> None:
    assert KIND.example({"review": 5, "stars": "x"}, 1, None).inputs == {"text": "5"}


def test_without_a_target_the_label_is_not_looked_at() -> None:
    assert KIND.without_target().example({"review": "fine"}, 1, None).target is None


def test_aliases_become_label_names() -> None:
    kind = Classification(label="y", labels=("no", "yes"), aliases={"0": "no", "1": "yes"})
    assert kind.example({"text": "a", "y": 1}, 1, None).target == "yes"
    assert kind.example({"text": "a", "y": "yes"}, 1, None).target == "yes"


@pytest.mark.parametrize("null", [None, "", "  ", float("nan")])
@pytest.mark.parametrize("column", ["review", "stars"])
def test_null_cells_are_refused(null: Any, column: str) -> None:
    with pytest.raises(InputError, match="missing") as caught:
        KIND.example({"review": "fine", "stars": "1", column: null}, 3, "a.csv")
    error = caught.value
    assert (error.file, error.row, error.field) == ("a.csv", 3, column)
    assert error.mend


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"review": ["a", "b"], "stars": "1"}, "holds a list"),
        ({"review": b"bytes", "stars": "1"}, "holds bytes"),
        ({"review": "half \ud83d", "stars": "1"}, "lone surrogate at 6"),
        ({"review": "fine", "stars": ["1", "2"]}, "holds a list"),
        ({"stars": "1"}, "missing"),
    ],
)
def test_cells_of_the_wrong_form_are_refused(record: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        KIND.example(record, 1, "a.csv")
    assert caught.value.row == 1


def test_natural_order() -> None:
    assert natural_order({"10", "9", "-1.5"}) == ("-1.5", "9", "10")
    assert natural_order({"10 stars", "9"}) == ("10 stars", "9")


label_rows = st.lists(st.text(min_size=1, max_size=3), min_size=2, max_size=20).filter(lambda rows: len(set(rows)) > 1)


@given(label_rows, st.data())
def test_learning_does_not_depend_on_the_order_of_rows(names: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(names))
    assert KIND.learn({"train": split(*names)}) == KIND.learn({"train": split(*shuffled)})


def test_one_class_only_is_refused() -> None:
    with pytest.raises(InputError, match="all train rows have the label '5'") as caught:
        KIND.learn({"train": split("5", "5")})
    assert (caught.value.file, caught.value.field) == ("a.csv", "stars")


@pytest.mark.parametrize("name", ["validation", "test"])
def test_a_label_unknown_to_train_is_refused(name: str) -> None:
    splits = {"train": split("good", "bad"), name: split("good", "goood", file="b.csv")}
    with pytest.raises(InputError, match=f"'goood' in {name} is unknown") as caught:
        KIND.learn(splits)
    error = caught.value
    assert (error.file, error.row, error.field) == ("b.csv", 2, "stars")
    assert error.mend == "Did you mean good? Else add train rows of it, or delete the row."


def test_a_missing_label_is_refused_wherever_examples_come_from() -> None:
    with pytest.raises(InputError, match="the label is missing") as caught:
        KIND.learn({"train": split("good", "bad", None)})
    assert caught.value.row == 3


def test_without_train_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(InputError, match="no train rows"):
        KIND.learn({"test": split("good", "bad")})


def test_a_known_label_space_stays_and_needs_no_train() -> None:
    known = Classification(labels=("good", "bad", "ugly"))
    assert known.learn({"test": split("bad", "bad")}).labels == ("good", "bad", "ugly")
    assert known.learn({"train": split("bad", "good")}).labels == ("good", "bad", "ugly")


def test_declared_labels_need_no_label_in_train_until_it_is_trained_on() -> None:
    kind = Classification(text="review", label="stars", labels=("good", "bad"))
    assert kind.example({"review": "fine", "stars": ""}, 1, None).target is None
    train = split("good", None)
    assert kind.learn({"train": train}) == kind
    kind.require_shown({"train": train, "test": split("bad")})
    with pytest.raises(InputError, match="the label is missing") as caught:
        kind.require_taught(train)
    assert (caught.value.file, caught.value.row, caught.value.field) == ("a.csv", 2, "stars")
    assert "--steps 0" in (caught.value.mend or "")
    with pytest.raises(InputError, match="all train rows have the label 'good'"):
        kind.require_taught(split("good", "good"))
    with pytest.raises(InputError, match="the label is missing") as caught:
        kind.learn({"train": train, "test": split("good", None, file="b.csv")})
    assert (caught.value.file, caught.value.row) == ("b.csv", 2)


def test_a_label_given_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="A label occurs twice"):
        Classification(labels=("a", "a"))


def scored(true: Sequence[str], predicted: Sequence[str], labels: Sequence[str]) -> Any:
    kind = Classification(labels=tuple(labels))
    examples = [Example({"text": "t"}, label) for label in true]
    return kind.score([{"label": label} for label in predicted], examples)


pairs = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=40)


@pytest.mark.filterwarnings("ignore:A single label:UserWarning")
@given(pairs)
@settings(max_examples=60, deadline=None)
def test_metrics_agree_with_scikit_learn(rows: list[tuple[str, str]]) -> None:
    true, predicted = zip(*rows, strict=True)
    found = {name: interval.value for name, interval in scored(true, predicted, "abcd").metrics.items()}
    with np.errstate(invalid="ignore"):
        expected = {
            "macro_f1": metrics.f1_score(true, predicted, average="macro", zero_division=0),
            "accuracy": metrics.accuracy_score(true, predicted),
            "mcc": metrics.matthews_corrcoef(true, predicted),
        }
    assert found == pytest.approx(expected, abs=1e-12)


def test_tables_agree_with_scikit_learn() -> None:
    draws = np.random.default_rng(0)
    true, predicted = draws.choice(list("abc"), 200), draws.choice(list("abc"), 200, p=[0.7, 0.2, 0.1])
    tables = scored(true.tolist(), predicted.tolist(), "abc").tables
    expected = metrics.precision_recall_fscore_support(true, predicted, labels=list("abc"))
    assert [row[0] for row in tables["per label"][1:]] == list("abc")
    assert np.array([row[1:] for row in tables["per label"][1:]]) == pytest.approx(np.transpose(expected))
    matrix = [row[1:] for row in tables["confusion"][1:]]
    assert np.array_equal(matrix, metrics.confusion_matrix(true, predicted, labels=list("abc")))
    assert tables["confusion"][0] == ("true \\ predicted", "a", "b", "c")


def test_intervals_agree_with_resampled_rows() -> None:
    draws = np.random.default_rng(1)
    true = draws.choice(list("abc"), 150)
    predicted = np.where(draws.random(150) < 0.7, true, draws.choice(list("abc"), 150))
    found = scored(true.tolist(), predicted.tolist(), "abc").metrics
    values = []
    for _ in range(400):
        rows = draws.integers(0, 150, 150)
        values.append(metrics.f1_score(true[rows], predicted[rows], average="macro"))
    low, high = np.quantile(values, [0.025, 0.975])
    assert (found["macro_f1"].low, found["macro_f1"].high) == pytest.approx((low, high), abs=0.02)
    assert found["macro_f1"].over == "rows"
    assert all(interval.low <= interval.value <= interval.high for interval in found.values())


def test_equal_seeds_give_equal_intervals_and_the_primary_metric_is_measured() -> None:
    first, again = (scored("aabb", "abab", "ab").metrics for _ in range(2))
    assert first == again
    assert KIND.primary_metric == "macro_f1"
    assert tuple(first) == KIND.metrics
