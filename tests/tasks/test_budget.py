"""Label budgets and the held-out split: seeded, nested, independent of row order, nothing lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.errors import InputError
from crosstask.tasks import open_task
from crosstask.tasks.budget import draw_labels, draw_rows
from crosstask.tasks.checks.keys import key
from crosstask.tasks.holdout import hold_out
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.kinds.regression import Regression
from crosstask.tasks.kinds.span import Span
from crosstask.tasks.task import Example, Split, Task

Rows = Sequence[tuple[str, str | None]]


def task(rows: Rows, **more: Rows) -> Task:
    splits = {name: split(part, f"{name}.csv") for name, part in {"train": rows, **more}.items()}
    return Task("films", Classification(labels=("a", "b")), splits)


def split(rows: Rows, file: str) -> Split:
    return Split([Example({"text": text}, label, row) for row, (text, label) in enumerate(rows, start=1)], file)


def contents(found: Task, split: str = "train") -> Counter[bytes]:
    return Counter(example.content() for example in found.split(split).examples)


some_rows = st.lists(st.tuples(st.sampled_from("vwxyz"), st.sampled_from("ab")), min_size=8, max_size=40).filter(
    lambda rows: min(Counter(label for _, label in rows).get(label, 0) for label in "ab") >= 4
)


@given(some_rows, st.integers(0, 5), st.data())
def test_draws_are_nested_and_independent_of_row_order(rows: Rows, seed: int, data: st.DataObject) -> None:
    few, more = (draw_labels(task(rows), count, seed) for count in (2, 4))
    assert contents(few) <= contents(more) <= contents(task(rows))
    assert Counter(example.target for example in more.split("train").examples) == {"a": 4, "b": 4}
    again = draw_labels(task(data.draw(st.permutations(rows))), 2, seed)
    assert contents(again) == contents(few)
    assert again.fingerprint == few.fingerprint


def test_a_draw_remembers_all_that_it_was_drawn_from() -> None:
    whole = task(MANY)
    for drawn in (draw_labels(whole, 90, 0), draw_rows(whole, 250, 0), draw_rows(draw_labels(whole, 90, 0), 99, 0)):
        assert drawn.split("train").drawn_from == whole.split("train").fingerprint
        assert hold_out(drawn, 0).split("train").drawn_from == whole.split("train").fingerprint
    assert hold_out(whole, 0).split("train").drawn_from is None


MANY = [(f"text {number}", "ab"[number % 4 == 0]) for number in range(400)]


def test_seeds_draw_unlike_rows_and_rows_keep_their_numbers() -> None:
    one, two = (draw_labels(task(MANY), 8, seed) for seed in (1, 2))
    assert contents(one) != contents(two)
    assert all(f"text {(example.row or 0) - 1}" == example.inputs["text"] for example in one.split("train").examples)


def test_equal_rows_do_not_stand_side_by_side() -> None:
    rows = [*MANY, *MANY]
    drawn = draw_labels(task(rows), 16, 0).split("train").examples
    assert len({example.content() for example in drawn}) > 24


def test_a_draw_counts_every_label() -> None:
    drawn = draw_labels(task(MANY, validation=MANY, test=MANY), 16, 3)
    assert list(drawn.splits) == ["train", "test"]
    assert drawn.notes == ("films: 16 train rows a class drawn with seed 3, the validation split is set aside",)
    assert drawn.split("train").file == "train.csv"


SCORED = [{"text": f"text {number}", "score": number / 7} for number in range(300)]


def test_drawn_rows_alone_say_how_scores_spread() -> None:
    whole = open_task({"train": SCORED, "test": SCORED[:3]})
    drawn = draw_rows(whole, 12, seed=1)
    scores = [example.target for example in drawn.split("train").examples]
    assert isinstance(drawn.kind, Regression)
    assert drawn.kind.mean == pytest.approx(fmean(scores), abs=1e-12)
    assert drawn.kind.spread == pytest.approx(pstdev(scores), abs=1e-12)
    alone = open_task([row for row in SCORED if row["score"] in scores])
    assert drawn.kind == alone.kind != whole.kind
    assert hold_out(drawn, 0).kind == drawn.kind
    with pytest.raises(InputError, match="all train rows have the score .* of a draw, more rows"):
        draw_rows(whole, 1, seed=1)


def test_drawn_rows_alone_say_whether_answers_may_lack() -> None:
    rows = [{"question": f"who {number}", "context": f"Ann {number}", "answers": ["Ann"]} for number in range(30)]
    whole = open_task([*rows, {**rows[0], "answers": []}])
    assert isinstance(whole.kind, Span)
    for seed in range(4):
        drawn = draw_rows(whole, 20, seed)
        lacking = any(not example.target for example in drawn.split("train").examples)
        assert isinstance(drawn.kind, Span)
        assert drawn.kind.no_answers == lacking
    assert {draw_rows(whole, 20, seed).kind for seed in range(20)} == {whole.kind, Span(answer="answers")}


def test_a_draw_loses_no_label() -> None:
    whole = open_task(MANY)
    assert draw_rows(whole, 1, seed=0).kind == whole.kind
    tagged = open_task([{"tokens": ["Ann", "is", word], "tags": ["B-PER", "O", tag]} for word, tag in TAGGED])
    assert draw_rows(tagged, 1, seed=0).kind.space == tagged.kind.space
    labelled = open_task([{"text": f"text {at}", "labels": [label]} for at, label in enumerate("abc")])
    assert draw_rows(labelled, 1, seed=0).kind.space == ("a", "b", "c")


TAGGED = [("here", "O"), ("in", "O"), ("Rome", "B-LOC")]


def test_a_class_with_fewer_rows_is_refused() -> None:
    with pytest.raises(InputError, match="label 'b' has 100 train rows where 101 are asked for") as caught:
        draw_labels(task(MANY), 101, 0)
    assert caught.value.file == "train.csv"
    assert caught.value.mend == "Ask for at most 100 labels a class."


def test_a_tenth_is_held_out_with_the_classes_in_proportion() -> None:
    cut = hold_out(task(MANY), 0)
    assert Counter(example.target for example in cut.split("validation").examples) == {"a": 30, "b": 10}
    assert contents(cut) + contents(cut, "validation") == contents(task(MANY))
    assert cut.notes == ("films: 40 of 400 train rows are held out for validation (seed 0)",)
    assert contents(cut, "validation") == contents(hold_out(task(MANY[::-1]), 0), "validation")
    assert contents(cut, "validation") != contents(hold_out(task(MANY), 1), "validation")


def test_at_most_a_thousand_rows_are_held_out() -> None:
    many = [(f"text {number}", "ab"[number % 2]) for number in range(12_000)]
    assert len(hold_out(task(many), 0).split("validation")) == 1000


def test_under_200_rows_every_row_trains() -> None:
    cut = hold_out(task(MANY[:199]), 0)
    assert list(cut.splits) == ["train"]
    assert cut.notes == ("films: 199 labelled rows, so none is held out for validation",)
    assert "validation" in hold_out(task(MANY[:200]), 0).splits


def test_a_validation_split_of_its_own_stays() -> None:
    own = task(MANY, validation=MANY[:3])
    assert hold_out(own, 0) is own


@given(st.integers(0, 20))
def test_equal_inputs_stay_on_one_side_and_no_label_leaves_train(seed: int) -> None:
    rows = [(f"Text  {number % 90}" if number % 2 else f"text {number % 90}", "a") for number in range(300)]
    rows += [(f"b {number}", "b") for number in range(60)] + [("text 3", "rare")]
    cut = hold_out(task(rows), seed)
    train, held = (cut.split(name).examples for name in ("train", "validation"))
    assert not {key(example) for example in train} & {key(example) for example in held}
    assert {example.target for example in train} == {"a", "b", "rare"}
    assert 0 < len(held) <= 36


@pytest.mark.parametrize(("singles", "held"), [(150, 6), (20, 19)])
def test_the_only_row_of_a_label_trains(singles: int, held: int) -> None:
    rows = [
        *((f"text {number}", "a") for number in range(200 - singles)),
        *((f"b {n}", f"b {n}") for n in range(singles)),
    ]
    cut = hold_out(task(rows), 0)
    assert len({example.target for example in cut.split("train").examples}) == singles + 1
    assert len(cut.split("validation")) == held
    assert {example.target for example in cut.split("validation").examples} == {"a"}


@given(st.integers(0, 100))
def test_no_label_of_a_set_leaves_train(seed: int) -> None:
    rows = [{"text": f"text {number}", "labels": ["a", "b"] if number == 7 else ["a"]} for number in range(300)]
    rows += [{"text": f"twice {number // 2}", "labels": ["a", "c"]} for number in range(2)]
    cut = hold_out(open_task(rows), seed)
    shown = {label for example in cut.split("train").examples for label in example.target}
    assert shown == {"a", "b", "c"}
    assert len(cut.split("validation")) == 30


@given(st.integers(0, 20))
def test_no_tag_leaves_train(seed: int) -> None:
    last = ["B-LOC" if at == 7 else "O" for at in range(250)]
    rows = [{"tokens": ["Ann", "is", f"w{at}"], "tags": ["B-PER", "O", tag]} for at, tag in enumerate(last)]
    cut = hold_out(open_task(rows), seed)
    assert any("B-LOC" in example.target for example in cut.split("train").examples)


def test_where_no_row_can_be_spared_all_train() -> None:
    cut = hold_out(task([(f"text {number}", f"label {number}") for number in range(200)]), 0)
    assert list(cut.splits) == ["train"]
    assert cut.notes == ("films: no train row can be spared, so none is held out for validation",)


def test_rows_of_any_label_are_nested_and_leave_no_validation() -> None:
    task = Task(
        "any", Classification(labels=("a", "b")), {"train": Split(numbered(40)), "validation": Split(numbered(4))}
    )
    few, more = (draw_rows(task, rows, seed=3) for rows in (5, 12))
    drawn = [{example.inputs["text"] for example in found.split("train").examples} for found in (few, more)]
    assert [len(texts) for texts in drawn] == [5, 12]
    assert drawn[0] < drawn[1]
    assert "validation" not in more.splits
    with pytest.raises(InputError, match="train has 40 rows where 41"):
        draw_rows(task, 41, seed=3)


def numbered(count: int) -> list[Example]:
    return [Example({"text": f"text {number}"}, "ab"[number % 2], number + 1) for number in range(count)]


def test_rows_without_a_label_stay_in_train() -> None:
    unlabelled = [(text, None) for text, _ in MANY[:50]] + [(f"more {row}", None) for row in range(50)]
    found = Task("films", Classification(labels=("a", "b")), {"train": split([*MANY, *unlabelled], "train.csv")})
    cut = hold_out(found, 0)
    assert all(example.target for example in cut.split("validation").examples)
    held, kept = ({*map(key, cut.split(name).examples)} for name in ("validation", "train"))
    assert not held & kept
    few = Task("films", found.kind, {"train": split([*MANY[:199], *unlabelled], "train.csv")})
    assert "199 labelled rows" in hold_out(few, 0).notes[-1]
    with pytest.raises(InputError, match="the label is missing") as caught:
        draw_labels(found, 2, 0)
    assert caught.value.row == len(MANY) + 1
