"""The kind multi-label: its cells, its label space, and its scores against scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from crosstask.errors import ConfigError, CrosstaskError, InputError
from crosstask.tasks import open_task, read_inputs
from crosstask.tasks.columns import Columns
from crosstask.tasks.kind import Scores
from crosstask.tasks.kinds.multi_label import MultiLabel
from crosstask.tasks.label_cells import separator
from crosstask.tasks.table import Table
from crosstask.tasks.task import Example, Split

KIND = MultiLabel(text="plot", labels="genres")
LONG = [f"a long text about number {number}, quite unlike the others" for number in range(40)]
LISTS = [["war", "love"], ["war"], [], ["love"]] * 10
FEW = ["spam", "ham"] * 20


def target(cell: Any, kind: MultiLabel = KIND) -> tuple[str, ...]:
    found: tuple[str, ...] = kind.example({"plot": "fine", "genres": cell}, 1, None).target
    return found


def split(*targets: Sequence[str] | None, file: str = "a.csv") -> Split:
    rows = (None if given is None else tuple(given) for given in targets)
    return Split([Example({"text": "t"}, labels, row) for row, labels in enumerate(rows, start=1)], file)


def detected(names: str, *columns: Sequence[Any], **named: str) -> MultiLabel | None:
    """What is found in a table of these columns, 40 rows each."""
    keys = names.split()
    records = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
    return MultiLabel.detect(Columns.of(Table(tuple(keys), records)), named)


@pytest.mark.parametrize(
    ("cell", "labels"),
    [
        (["war", "love"], ("love", "war")),
        (("war",), ("war",)),
        (np.array(["war", "love"], dtype=object), ("love", "war")),
        ([3, 1.0, np.int64(2)], ("1", "2", "3")),
        ([], ()),
        ("", ()),
        ("  ", ()),
        ("[]", ()),
        ('["war", "love"]', ("love", "war")),
        (" [2, 1]", ("1", "2")),
        ("war", ("war",)),
        (" war ; love ", ("love", "war")),
        ("war|love", ("love", "war")),
        ("战争；爱情", ("战争", "爱情")),
        ("war, love", ("war, love",)),
        (["a;b", "c, d"], ("a;b", "c, d")),
    ],
)
def test_cells(cell: Any, labels: tuple[str, ...]) -> None:
    assert target(cell) == labels


@pytest.mark.parametrize("column", ["label", "labels", "topic"])
def test_a_column_of_lists_in_text_cells_is_detected_and_another_form_refused(column: str) -> None:
    cells = ['["war", "love"]', '["love"]', '["war"]', "[]"]
    rows = [{"text": f"a film about {number} things", column: cell} for number, cell in enumerate(cells)]
    task = open_task(rows)
    assert task.kind == MultiLabel(text="text", labels=column, names=("love", "war"))
    with pytest.raises(InputError, match="holds a list written as a text") as caught:
        open_task([{**row, column: row[column].replace('"', "'")} for row in rows])
    assert (caught.value.row, caught.value.field) == (1, column)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (None, "the labels are missing"),
        (float("nan"), "the labels are missing"),
        (3, "holds a whole number where labels are expected"),
        (True, "holds true or false"),
        ({"war": 1}, "holds an object"),
        (b"war", "holds bytes"),
        ([["war"]], "holds a list in its list"),
        ([{"name": "war"}], "holds an object in its list"),
        (["war", None], "holds an empty label"),
        (["war", " "], "holds an empty label"),
        ("war;;love", "holds an empty label"),
        ("war;", "holds an empty label"),
        ("war;love;war", "holds the label 'war' twice"),
        (["war", "war"], "holds the label 'war' twice"),
        ("war;love|hate", r"holds '\|' where ';' stands between labels"),
        ("['war', 'love']", "holds a list written as a text"),
        ("[war]", "holds a list written as a text"),
        ('[["war"]]', "holds a list in its list"),
        (["half \ud83d"], "lone surrogate"),
    ],
)
def test_cells_of_the_wrong_form_are_refused(cell: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        KIND.example({"plot": "fine", "genres": cell}, 3, "a.csv")
    error = caught.value
    assert (error.file, error.row, error.field) == ("a.csv", 3, "genres")
    assert error.mend
    assert error.mend.endswith(".")


def test_a_cell_that_lacks_its_key_is_missing() -> None:
    with pytest.raises(InputError, match="the labels are missing"):
        KIND.example({"plot": "fine"}, 1, None)


names = st.lists(st.text("abcXYZ &/-'", min_size=1, max_size=5).map(str.strip).filter(bool), unique=True, max_size=4)


@given(names, st.sampled_from(";|；｜"))
def test_a_text_says_what_the_list_says(labels: list[str], mark: str) -> None:
    assert target(f" {mark} ".join(labels)) == target(labels) == tuple(sorted(labels))


def test_a_column_of_commas_is_split_at_them() -> None:
    kind = MultiLabel(text="plot", labels="genres", separator=",")
    assert target("war, love", kind) == ("love", "war")
    with pytest.raises(InputError, match="holds ';' where ',' stands"):
        target("war;love", kind)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["a;b", "c"], ";"),
        (["a|b, c", "b"], "|"),
        (["a, b", "b, c", "a"], ","),
        (["电影、音乐", "音乐"], "、"),
        (["Paris, France", "Rome, Italy"], None),
        (["a", "b"], None),
        ([["a;b"], ["c"]], None),
    ],
)
def test_the_separator_of_a_column(cells: list[Any], mark: str | None) -> None:
    assert separator(cells) == mark


def test_aliases_become_label_names() -> None:
    kind = MultiLabel(text="plot", labels="genres", names=("war",), aliases={"1": "war", "krieg": "war"})
    assert target([1], kind) == ("war",)
    assert target("krieg; 1", kind) == ("war",)


def test_columns_of_lists_and_of_combined_labels_are_found() -> None:
    combined = ["war;love", "war", "", "love"] * 10
    for column, cells in (("labels", LISTS), ("tags", LISTS), ("genres", combined), ("label", combined)):
        kind = detected(f"id text {column}", range(40), LONG, cells)
        assert kind is not None
        assert (kind.text, kind.labels) == ("text", column)
    found = detected("text whatever", LONG, LISTS)
    assert found is not None
    assert (found.labels, found.separator) == ("whatever", None)
    found = detected("premise hypothesis labels", LONG, LONG, [cell.replace(";", ", ") for cell in combined])
    assert found is not None
    assert (found.text_pair, found.labels, found.separator) == ("hypothesis", "labels", ",")


@pytest.mark.parametrize(
    ("columns", "cells"),
    [
        ("text label", [LONG, FEW]),
        ("text labels", [LONG, FEW]),
        ("text label", [LONG, ["sci|tech", "sport"] * 20]),
        ("text label", [LONG, ["joy, mild", "anger, mild"] * 20]),
        ("text label tags", [LONG, FEW, LISTS]),
        ("text which keys", [LONG, FEW, LISTS]),
        ("text score", [LONG, [number / 8 for number in range(40)]]),
        ("text vector", [LONG, [[0.5, 1.5]] * 40]),
        ("text turns", [LONG, [[{"role": "user"}]] * 40]),
        ("tokens tags", [LISTS, LISTS]),
    ],
)
def test_tables_of_other_kinds_have_no_labels_for_it(columns: str, cells: list[Sequence[Any]]) -> None:
    found = detected(columns, *cells)
    assert found is None or found.labels is None


def test_named_columns_win() -> None:
    found = detected("text body label which", LONG, LONG, FEW, FEW, text="body", labels="which")
    assert found is not None
    assert (found.text, found.labels) == ("body", "which")
    assert detected("text label tags", LONG, FEW, LISTS, label="label") is None


def test_a_file_is_read_as_what_its_labels_are(tmp_path: Path) -> None:
    (tmp_path / "plots.csv").write_text("plot,genres\nan army,war;love\na kiss,love\na stone,\n", encoding="utf-8")
    task = open_task(tmp_path / "plots.csv")
    assert isinstance(task.kind, MultiLabel)
    assert task.kind.space == ("love", "war")
    assert [example.target for example in task.split("train").examples] == [("love", "war"), ("love",), ()]
    (tmp_path / "more.csv").write_text("plot,genres\na gun,war\n", encoding="utf-8")
    assert open_task(tmp_path / "more.csv", kind=task.kind).kind == task.kind
    (tmp_path / "ask.csv").write_text("plot\na gun\n", encoding="utf-8")
    assert [example.inputs for example in read_inputs(tmp_path / "ask.csv", task.kind)] == [{"text": "a gun"}]
    assert read_inputs(["a gun"], task.kind)[0].target is None


def test_a_task_file_declares_labels_and_how_files_write_them(tmp_path: Path) -> None:
    (tmp_path / "plots.csv").write_text("plot,genres\nan army,1;2\na kiss,2\n", encoding="utf-8")
    said = "file: plots.csv\nkind: multi_label\ncolumns: {labels: genres}\nlabels: {war: 1, love: 2}\n"
    (tmp_path / "task.yaml").write_text(said, encoding="utf-8")
    task = open_task(tmp_path / "task.yaml")
    assert task.kind.space == ("war", "love")
    assert task.split("train").examples[0].target == ("love", "war")


SLASHED = "text,labels\nan army,war / R&D; lab\na kiss,love\n"


@pytest.mark.parametrize("named", ["separator=/", "labels=labels,separator=/", "kind=multi_label,separator=/"])
def test_a_separator_is_set_behind_the_name_of_a_file(tmp_path: Path, named: str) -> None:
    path = tmp_path / "plots.csv"
    path.write_text(SLASHED, encoding="utf-8")
    task = open_task(f"{path}:{named}")
    assert task.kind.space == ("R&D; lab", "love", "war")
    assert task.split("train").examples[0].target == ("R&D; lab", "war")
    (tmp_path / "more.csv").write_text("text,labels\nan army,war+love\n", encoding="utf-8")
    more = open_task(f"{tmp_path / 'more.csv'}:separator=+", split="test", kind=task.kind)
    assert more.kind.space == task.kind.space
    assert more.split("test").examples[0].target == ("love", "war")


def test_options_are_set_in_a_task_file_and_in_python(tmp_path: Path) -> None:
    (tmp_path / "plots.csv").write_text(SLASHED.replace("labels", "genres"), encoding="utf-8")
    said = "file: plots.csv\ncolumns: {labels: genres}\noptions: {separator: /, names: [war, love, R&D; lab]}\n"
    (tmp_path / "task.yaml").write_text(said, encoding="utf-8")
    task = open_task(tmp_path / "task.yaml")
    assert task.kind.space == ("war", "love", "R&D; lab")
    rows = [{"text": text, "genres": cell} for text, cell in [("an army", "war / lab"), ("a kiss", "love")]]
    named = {"labels": "genres", "separator": "/"}
    assert open_task(rows, columns=named).kind.space == ("lab", "love", "war")
    known = MultiLabel(names=("R&D; lab", "love", "war"))
    assert open_task(tmp_path / "task.yaml", kind=known).kind.space == known.names


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ("labels=labels,separatr=/", "field 'separatr': the task has no such field or option. Did you mean separator"),
        ("labels=labels,separator=", "option 'separator': cannot be ''"),
        ("names=war", "field 'names': the task has no such field or option. Did you mean labels?"),
        ("kind=tagging,labels=labels", "field 'labels': the task has no such field or option. Known: tags, tokens"),
        ("kind=regression,spread=2", "field 'spread': is learned from train and cannot be set. Leave it out"),
        ("label=labels,separator=/", "no kind of task has label and separator. Leave one of them out"),
    ],
)
def test_options_at_fault_are_told_in_one_line(tmp_path: Path, named: str, message: str) -> None:
    path = tmp_path / "plots.csv"
    path.write_text(SLASHED, encoding="utf-8")
    with pytest.raises(CrosstaskError) as caught:
        open_task(f"{path}:{named}")
    assert message in str(caught.value)
    assert caught.value.file == str(path)


def test_a_frame_of_arrays_is_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"text": LONG, "labels": [np.array(cell, dtype=object) for cell in LISTS]})
    assert open_task(frame).kind.space == ("love", "war")


def test_a_plain_classification_stays_one() -> None:
    for rows in (
        list(zip(LONG, FEW, strict=True)),
        [{"text": text, "labels": label} for text, label in zip(LONG, FEW, strict=True)],
    ):
        assert open_task(rows).kind.method_name() == "classification"


def test_labels_are_learned_in_natural_order() -> None:
    splits = {"train": split(["10", "9"], [], ["9"]), "validation": split(["10"])}
    assert KIND.learn(splits).names == ("9", "10")


def test_a_known_label_space_stays_and_needs_no_train() -> None:
    known = MultiLabel(names=("war", "love", "crime"))
    assert known.learn({"test": split(["love"], [])}).names == ("war", "love", "crime")


@pytest.mark.parametrize("name", ["validation", "test"])
def test_a_label_unknown_to_train_is_refused(name: str) -> None:
    splits = {"train": split(["war"], ["love"]), name: split(["war"], ["war", "lovee"], file="b.csv")}
    with pytest.raises(InputError, match=f"'lovee' in {name} is unknown") as caught:
        KIND.learn(splits)
    error = caught.value
    mend = "Did you mean love? Else add train rows of it, or delete the row."
    assert (error.file, error.row, error.field, error.mend) == ("b.csv", 2, "genres", mend)


def test_a_declared_label_that_train_never_shows_is_refused() -> None:
    known = MultiLabel(names=("war", "love"))
    splits = {"train": split(["war"], []), "test": split(["love"])}
    with pytest.raises(InputError, match="'love' in test stands in no train row"):
        known.require_shown(splits)
    known.require_shown({"test": split(["love"])})


def test_labels_joined_by_a_comma_where_another_mark_stands_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('text,labels\none text,x\ntwo texts,x;y\nthree texts,"x,y"\nfour,"Paris, France;x"\n')
    with pytest.raises(InputError, match="the label 'x,y' holds a comma where ';' stands between labels") as caught:
        open_task(path)
    assert (caught.value.row, caught.value.field) == (3, "labels")
    path.write_text('text,labels\none text,x\ntwo texts,x;y\nfour,"Paris, France;x"\n')
    assert open_task(path).kind.space == ("Paris, France", "x", "y")
    assert open_task([{"text": "a", "labels": ["x", "y"]}, {"text": "b", "labels": ["x,y"]}]).kind.space == (
        "x",
        "x,y",
        "y",
    )


def test_missing_answers_and_no_labels_at_all_are_refused() -> None:
    with pytest.raises(InputError, match="the labels are missing") as caught:
        KIND.learn({"train": split(["war"], None)})
    assert caught.value.row == 2
    for splits in ({"test": split(["war"])}, {"train": split([], [])}):
        with pytest.raises(InputError, match="no train rows with a label"):
            KIND.learn(splits)


def test_a_label_given_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="A label occurs twice"):
        MultiLabel(names=("a", "a"))


def record(given: Sequence[str], **probabilities: float) -> dict[str, Any]:
    return {"labels": list(given), "probabilities": probabilities}


def test_answers_are_told_and_misses_ordered() -> None:
    kind = MultiLabel(names=("a", "b"))
    records = [record("a", a=0.9, b=0.1), record("", a=0.4, b=0.1), record("ab", a=0.9, b=0.8)]
    found = kind.misses(records, [Example({"text": "t"}, target, row) for row, target in enumerate(["a", "ab", "a"])])
    assert [(miss.row, miss.target, miss.predicted) for miss in found] == [
        (1, "a, b", "no label"),
        (2, "a", "a (0.900), b (0.800)"),
    ]
    assert [miss.error for miss in found] == pytest.approx([0.6 + 0.9, 0.8])


def scored(true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], labels: str) -> Scores:
    examples = [Example({"text": "t"}, tuple(labels)) for labels in true]
    return MultiLabel(names=tuple(labels)).score([{"labels": given} for given in predicted], examples)


sets = st.lists(st.sampled_from("abc"), unique=True)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.UndefinedMetricWarning")
@given(st.lists(st.tuples(sets, sets), min_size=1, max_size=30))
@settings(max_examples=60, deadline=None)
def test_metrics_agree_with_scikit_learn(rows: list[tuple[list[str], list[str]]]) -> None:
    tables = [[[label in labels for label in "abcd"] for labels in side] for side in zip(*rows, strict=True)]
    true, predicted = (np.array(table, dtype=int) for table in tables)
    found = {name: interval.value for name, interval in scored(*zip(*rows, strict=True), "abcd").metrics.items()}
    macro = metrics.f1_score(true, predicted, average="macro", zero_division=np.nan)
    expected = {
        "micro_f1": metrics.f1_score(true, predicted, average="micro", zero_division=0),
        "macro_f1": 0.0 if np.isnan(macro) else macro,
        "exact_match": metrics.accuracy_score(true, predicted),
    }
    assert found == pytest.approx(expected, abs=1e-12)


def test_intervals_and_tables_agree_with_scikit_learn() -> None:
    draw = np.random.default_rng(0)
    true = draw.random((200, 3)) < [0.5, 0.3, 0.1]
    predicted = np.where(draw.random(true.shape) < 0.8, true, ~true)
    rows = [[["abc"[place] for place in np.flatnonzero(row)] for row in side] for side in (true, predicted)]
    found = scored(*rows, "abc")
    picked = [draw.integers(0, 200, 200) for _ in range(300)]
    for name, average in (("micro_f1", "micro"), ("macro_f1", "macro")):
        values = [metrics.f1_score(true[rows], predicted[rows], average=average) for rows in picked]
        interval = found.metrics[name]
        assert (interval.low, interval.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])), abs=0.02)
    expected = metrics.precision_recall_fscore_support(true, predicted)
    assert np.array([row[1:] for row in found.tables["per label"][1:]]) == pytest.approx(np.transpose(expected))
    assert tuple(found.metrics) == KIND.metrics
