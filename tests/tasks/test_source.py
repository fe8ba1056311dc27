"""Tasks open from files, folders, task files and data in Python, and say what was detected."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crosstask.errors import ConfigError, CrosstaskError, InputError, NotFound
from crosstask.tasks import Task, open_task, read_inputs
from crosstask.tasks.kind import KINDS, Kind
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.kinds.multi_label import MultiLabel
from crosstask.tasks.kinds.regression import Regression
from crosstask.tasks.kinds.span import Span

ROWS = [("a fine film indeed", "good"), ("a dull film, alas", "bad"), ("quite a fine one", "good")]
KNOWN = Classification(text="review", label="stars", labels=("good", "bad"))
PAIR = Classification(text="premise", text_pair="hypothesis", labels=("yes", "no"))


def csv_text(header: str = "text,label") -> str:
    return "\n".join([header, *(f'"{text}",{label}' for text, label in ROWS)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.csv"
    path.write_text(csv_text("review,stars"))
    return path


def rows(task: Task, split: str = "train") -> list[tuple[Any, Any]]:
    return [(example.inputs["text"], example.target) for example in task.split(split).examples]


def target_of(kind: str) -> str:
    return KINDS.get(kind).target


def kind_of(task: Task) -> Classification:
    assert isinstance(task.kind, Classification)
    return task.kind


def test_a_file(file: Path) -> None:
    task = open_task(str(file))
    assert task.name == "reviews"
    assert rows(task) == ROWS
    assert kind_of(task).labels == ("bad", "good")
    assert [example.row for example in task.split("train").examples] == [1, 2, 3]
    assert task.split("train").file == str(file)
    assert task.notes == ("reviews: columns text=review, label=stars (detected)",)


def test_equal_data_from_unlike_files_has_one_fingerprint(file: Path, tmp_path: Path) -> None:
    zipped = tmp_path / "other.csv.gz"
    zipped.write_bytes(gzip.compress(file.read_bytes()))
    assert open_task(zipped).fingerprint == open_task(file).fingerprint


def test_named_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,body,label,stars\nt,one body,x,1\nt,two bodies,x,2\n")
    task = open_task(f"{path}:text=body,label=stars")
    assert rows(task) == [("one body", "1"), ("two bodies", "2")]
    assert task.notes == ("a: columns text=body, label=stars (named; not used: text, label)",)
    assert rows(open_task(path, columns={"text": "body", "label": "stars"})) == rows(task)


@pytest.mark.parametrize(
    ("options", "message", "mend"),
    [
        ("text=reveiw", "field 'reveiw': there is no such column", "Did you mean review?"),
        ("label=rating", "field 'rating': there is no such column", "Known: review, stars."),
        (
            "text=review,label=review",
            "'review': is named for two fields, text and label",
            "Name a column of its own for each.",
        ),
        ("txt=review", "field 'txt': the task has no such field", "Did you mean text or context or text_pair?"),
    ],
)
def test_a_wrong_column_is_answered_with_the_nearest(file: Path, options: str, message: str, mend: str) -> None:
    with pytest.raises(InputError) as caught:
        open_task(f"{file}:{options}")
    assert message in str(caught.value)
    assert caught.value.file
    assert caught.value.mend == mend


def test_a_file_whose_name_looks_like_options(tmp_path: Path) -> None:
    path = tmp_path / "a:b=c.csv"
    path.write_text(csv_text())
    assert open_task(str(path)).name == "a-b-c"


def test_columns_that_cannot_be_told_are_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,color,shape\na b,red,round\nc d,blue,square\n")
    with pytest.raises(InputError, match="which column holds the label among 'text', 'color', 'shape'") as caught:
        open_task(path)
    assert caught.value.mend == f"Name it ({path}:label=COLUMN) or add it."
    path.write_text("one,two,label\na long text,another long text,x\nmore of it here,still more of it,y\n")
    with pytest.raises(InputError, match="which column holds the text among"):
        open_task(path)


def test_a_file_without_column_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text("a very fine film,good"))
    with pytest.raises(InputError, match="first row looks like data") as caught:
        open_task(path)
    assert (caught.value.mend or "").startswith("Put a line of column names first")


def test_errors_in_rows_name_file_row_and_field(file: Path) -> None:
    file.write_text(csv_text("review,stars") + "\n,good\n")
    with pytest.raises(InputError, match="the text is missing") as caught:
        open_task(file)
    assert (caught.value.file, caught.value.row, caught.value.field) == (str(file), 4, "review")


@pytest.mark.parametrize("name", ["validation.csv", "valid.tsv", "val.csv.gz", "dev.csv", "DEV.csv"])
def test_a_folder_with_a_file_a_split(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "my reviews"
    folder.mkdir()
    content = csv_text().replace(",", "\t") if "tsv" in name else csv_text()
    (folder / name).write_bytes(gzip.compress(content.encode()) if name.endswith("gz") else content.encode())
    (folder / "train.csv").write_text(csv_text())
    (folder / "README.md").write_text("not looked at")
    task = open_task(str(folder))
    assert task.name == "my-reviews"
    assert list(task.splits) == ["train", "validation"]


def test_folders_at_fault(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no train, validation or test file"):
        open_task(tmp_path)
    (tmp_path / "test.csv").write_text(csv_text())
    with pytest.raises(InputError, match="no train rows") as caught:
        open_task(tmp_path)
    assert caught.value.file == str(tmp_path)
    (tmp_path / "dev.csv").write_text(csv_text())
    (tmp_path / "val.csv").write_text(csv_text())
    with pytest.raises(InputError, match=r"two files for validation: dev\.csv and val\.csv"):
        open_task(tmp_path)


def test_a_split_without_the_column_of_train(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(csv_text())
    (tmp_path / "test.csv").write_text(csv_text("text,lable"))
    with pytest.raises(InputError, match="no such column") as caught:
        open_task(tmp_path)
    assert (caught.value.file, caught.value.field) == (str(tmp_path / "test.csv"), "label")
    assert caught.value.mend == "Did you mean lable? All splits have to use the same names."


TASK_FILE = """
name: films
kind: classification
files: {train: a.csv, dev: b.csv}
columns: {text: body, label: y}
labels: {no: [0, "no!"], yes: 1}
"""


def test_a_task_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,body,y\n-,one,0\n-,two,1\n")
    (tmp_path / "b.csv").write_text("body,y\nthree,no!\nfour,yes\n")
    (tmp_path / "task.yaml").write_text(TASK_FILE)
    task = open_task(str(tmp_path / "task.yaml"))
    assert task.name == "films"
    assert rows(task) == [("one", "no"), ("two", "yes")]
    assert rows(task, "validation") == [("three", "no"), ("four", "yes")]
    assert kind_of(task).labels == ("no", "yes")


@pytest.mark.parametrize(
    ("kind", "target", "cells"),
    [("classification", "label", "ab"), ("multi_label", "labels", ("a;b", "b")), ("regression", "score", "12")],
)
@pytest.mark.parametrize("pair", [("text", "text_pair"), ("sentence1", "sentence2")])
def test_a_kind_that_is_named_keeps_both_texts_of_a_pair(
    tmp_path: Path, pair: tuple[str, str], kind: str, target: str, cells: Sequence[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("\n".join([",".join((*pair, target)), *(f"one {cell},two {cell},{cell}" for cell in cells)]))
    (tmp_path / "a.yaml").write_text(f"file: a.csv\nkind: {kind}")
    for source in (f"{path}:kind={kind}", f"{path}:kind={kind},{target_of(kind)}={target}", tmp_path / "a.yaml"):
        task = open_task(source)
        assert task.kind.method_name() == kind
        assert dict(task.kind.inputs) == {"text": pair[0], "text_pair": pair[1]}
    assert dict(open_task(f"{path}:kind={kind},text={pair[1]}").kind.inputs) == {"text": pair[1]}


def test_a_kind_that_is_named_prefers_the_columns_that_it_calls_so_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("question,context,answer\nwho,an owl,owl\nwhat,an owl,owl\n")
    with pytest.raises(InputError, match="cannot tell"):
        open_task(path)
    assert list(open_task(f"{path}:kind=span").kind.columns) == ["question", "context", "answer"]


def test_a_task_file_with_one_file_and_labels_in_order(file: Path) -> None:
    path = file.with_name("task.yml")
    path.write_text("file: reviews.csv\nlabels: [good, bad]")
    task = open_task(path, split="test")
    assert list(task.splits) == ["test"]
    assert task.name == "task"
    assert kind_of(task).labels == ("good", "bad")


@pytest.mark.parametrize("content", ["text\na film\n", "text,label\na film,\nb film,\n", "text,label\na film,x\n"])
def test_train_rows_of_declared_labels_may_have_none_or_one(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    (tmp_path / "task.yaml").write_text("file: a.csv\nlabels: [x, y]")
    task = open_task(tmp_path / "task.yaml")
    assert kind_of(task).labels == ("x", "y")
    assert {example.target for example in task.split("train").examples} <= {None, "x"}


def test_rows_to_be_measured_on_have_labels_whatever_is_declared(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text\na film\n")
    (tmp_path / "b.csv").write_text("text,label\na film,x\n")
    path = tmp_path / "task.yaml"
    path.write_text("file: a.csv\nlabels: [x, y]")
    with pytest.raises(InputError, match="cannot tell which column holds the label"):
        open_task(path, split="test")
    with pytest.raises(InputError, match="cannot tell which column holds the label"):
        open_task(tmp_path / "a.csv", kind=Classification(labels=("x", "y")))
    path.write_text("files: {train: a.csv, test: b.csv}\nlabels: [x, y]")
    with pytest.raises(InputError, match="cannot tell which column holds the label") as caught:
        open_task(path)
    assert caught.value.file == str(tmp_path / "a.csv")


@pytest.mark.parametrize("split", ["dev", "test"])
def test_a_declared_label_without_a_train_row_is_measured_nowhere(tmp_path: Path, split: str) -> None:
    path = tmp_path / "task.yaml"
    path.write_text(f"files: {{train: a.csv, {split}: b.csv}}\nlabels: [good, bad, ugly]")
    (tmp_path / "a.csv").write_text(csv_text())
    (tmp_path / "b.csv").write_text(csv_text() + "\nan ugly film,ugly\n")
    with pytest.raises(InputError, match="the label 'ugly' in .* stands in no train row") as caught:
        open_task(path)
    assert (caught.value.file, caught.value.row, caught.value.field) == (str(tmp_path / "b.csv"), 4, "label")
    model = Classification(labels=("good", "bad", "ugly"))
    assert kind_of(open_task(tmp_path / "b.csv", kind=model, split="test")).labels == model.labels
    path.write_text("file: a.csv\nlabels: [good, bad, ugly]")
    assert kind_of(open_task(path)).labels == ("good", "bad", "ugly")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no mapping"),
        ("- a", "is no mapping"),
        ("a: [", "is no valid YAML"),
        ("[" * 5000, "is no valid YAML"),
        ("flie: a.csv", "has no option 'flie'. Did you mean file"),
        ("name: x", "names no file"),
        ("file: a.csv\nfiles: {train: a.csv}", "names no file, or both"),
        ("files: {trian: a.csv}", "'trian' is no split. Did you mean train"),
        ("files: {dev: a.csv, val: a.csv}", "two files for one split"),
        ("file: a.csv\nlabels: {a: [1], b: [1]}", "one form stands for two labels"),
        ("file: a.csv\nfiles: 3", "valid dictionary"),
        ("file: missing.csv", "missing.csv: does not exist"),
        ("file: a.csv\nkind: clasification", "Did you mean classification"),
        ("file: a.csv\nlabels: [good, great]", "the label 'bad' in train is unknown"),
        (
            "file: a.csv\noptions: {seperator: /}",
            "'seperator': the task has no such option. Did you mean separator",
        ),
        ("file: a.csv\nkind: classification\noptions: {separator: /}", "the task has no such option. Known: alias"),
        ("file: a.csv\noptions: {text: body}", "field 'text': is a column where an option of the kind is expected"),
        ("file: a.csv\nkind: regression\noptions: {mean: 3}", "field 'mean': is learned from train and cannot be set"),
        ("file: a.csv\noptions: {names: 3}", "option 'names': cannot be '3'. It should be a valid tuple"),
        ("file: a.csv\noptions: {separator: ''}", "option 'separator': cannot be ''"),
        ("file: a.csv\nlabels: [a]\noptions: {names: [a]}", "given twice, under labels and under options"),
        ("file: a.csv\ncolumns: {label: label}\noptions: {separator: /}", "no kind of task has label and separator"),
        ("#" * (1 << 21), "too large for a task file"),
    ],
)
def test_task_files_at_fault(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(csv_text())
    path = tmp_path / "task.yaml"
    path.write_text(text)
    with pytest.raises(CrosstaskError) as caught:
        open_task(path)
    assert message in str(caught.value)
    assert caught.value.file or isinstance(caught.value, NotFound)


def test_a_name_that_is_nothing(file: Path) -> None:
    with pytest.raises(NotFound, match=r"Did you mean .*reviews\.csv\?"):
        open_task(str(file.with_name("review.csv")))
    with pytest.raises(NotFound, match="Did you mean sample:tweets-airlines"):
        open_task("sampel:tweets-airlines")
    with pytest.raises(NotFound, match="Give a file, a folder, sample:NAME .* or hub:NAME"):
        open_task("/nowhere/at/all")
    with pytest.raises(NotFound, match="sample:tweets"):
        open_task("sample:tweet")


def test_samples_take_no_columns() -> None:
    with pytest.raises(ConfigError, match="columns"):
        open_task("sample:tweets:text=body")


def test_a_list_of_tuples_or_of_mappings() -> None:
    task = open_task(ROWS, name="films")
    assert task.name == "films"
    assert rows(task) == ROWS
    assert rows(open_task([{"review": text, "stars": label} for text, label in ROWS])) == ROWS


def test_a_list_of_pairs() -> None:
    task = open_task([("one", "two", "same"), ("one", "six", "other")])
    assert [dict(example.inputs) for example in task.split("train").examples][1] == {"text": "one", "text_pair": "six"}


def test_a_data_frame() -> None:
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"review": ["one film", "two films", "no film"], "stars": [1.0, 2.0, 1.0]}, index=[7, 8, 9])
    assert rows(open_task(frame)) == [("one film", "1"), ("two films", "2"), ("no film", "1")]
    category = frame.assign(stars=pd.Categorical(["x", "y", "x"]))
    assert [label for _, label in rows(open_task(category))] == ["x", "y", "x"]
    frame.loc[8, "stars"] = None
    with pytest.raises(InputError, match="the label is missing") as caught:
        open_task(frame)
    assert (caught.value.row, caught.value.field) == (2, "stars")
    with pytest.raises(InputError, match="2 columns have this name"):
        open_task(pd.concat([frame, frame], axis=1))


def test_hub_data_sets() -> None:
    datasets = pytest.importorskip("datasets")
    features = datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=["neg", "pos"]))
    data = datasets.Dataset.from_dict({"text": ["a film", "b film"], "label": [1, 0]}, features=features)
    assert rows(open_task(data)) == [("a film", "pos"), ("b film", "neg")]
    unlabelled = datasets.Dataset.from_dict({"text": ["c film"], "label": [-1]}, features=features)
    task = open_task(datasets.DatasetDict(train=data, test=data, unsupervised=unlabelled))
    assert list(task.splits) == ["train", "test"]
    assert "the split unsupervised is not used" in task.notes
    task = open_task({"train": data, "test": unlabelled})
    assert list(task.splits) == ["train"]
    assert "the split test has no labels and is not used" in task.notes
    with pytest.raises(InputError, match="the label is missing"):
        open_task({"train": data, "test": datasets.concatenate_datasets([data, unlabelled])})
    with pytest.raises(InputError, match="the label is missing"):
        open_task(unlabelled, split="test")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ([], "the data has no rows"),
        (3, "data of type int cannot be read"),
        ([("one", "x"), ("two",)], "row 2: ('two',) is no row (text, label)"),
        ([3, 4], "row 1: 3 is no row (text, label)"),
        ({"rows": ROWS}, "no train, validation or test among rows"),
        ({}, "no train, validation or test among nothing"),
    ],
)
def test_data_at_fault(source: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        open_task(source)
    assert message in str(caught.value)
    assert caught.value.mend


def test_a_task_is_itself(file: Path) -> None:
    task = open_task(file)
    assert open_task(task) is task
    assert open_task(task, name="other").name == "other"
    with pytest.raises(ConfigError, match="no name for a task"):
        open_task(task, name="../other")


def test_a_known_kind_keeps_its_label_space(file: Path) -> None:
    task = open_task(file, kind=KNOWN, split="test")
    assert list(task.splits) == ["test"]
    assert kind_of(task).labels == ("good", "bad")
    assert open_task(open_task(file), kind=KNOWN).kind == KNOWN


def test_a_known_kind_finds_its_columns_under_other_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(csv_text("text,label"))
    kind = kind_of(open_task(path, kind=KNOWN, split="test"))
    assert (kind.text, kind.label, kind.labels) == ("text", "label", ("good", "bad"))


def test_a_known_kind_prefers_its_own_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("text,label,review,stars\n-,-,one,good\n-,-,two,bad\n")
    assert rows(open_task(path, kind=KNOWN, split="test"), "test") == [("one", "good"), ("two", "bad")]
    assert [example.inputs["text"] for example in read_inputs(path, KNOWN)] == ["one", "two"]


def test_a_known_kind_refuses_other_labels_and_other_forms(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="'ugly' in test is unknown"):
        open_task([("one", "ugly"), ("two", "good")], kind=KNOWN, split="test")
    pairs = [("one", "two", "good"), ("three", "four", "bad")]
    with pytest.raises(InputError, match="gives text, text_pair where text is read"):
        open_task(open_task(pairs), kind=KNOWN)
    path = tmp_path / "a.csv"
    path.write_text("premise,hypothesis,label\none,two,good\n")
    with pytest.raises(InputError, match="cannot tell which column holds the text among"):
        open_task(path, kind=KNOWN)


OF_KINDS = {
    "sample:pairs": PAIR,
    "sample:similarity": Regression(text_pair="text_pair", mean=1, spread=1),
    "sample:topics": MultiLabel(names=("a", "b")),
    "sample:questions": Span(),
}


@pytest.mark.parametrize("source", OF_KINDS)
@pytest.mark.parametrize("of", OF_KINDS)
def test_a_task_of_another_kind_than_the_one_wanted_is_refused(source: str, of: str) -> None:
    if source == of:
        return
    wanted, task = OF_KINDS[of], open_task(source)
    found, name = task.kind.method_name(), wanted.method_name()
    for kind in (wanted, name):
        for given in (source, task):
            with pytest.raises(InputError) as caught:
                open_task(given, kind=kind)
            expected = f"'{source}' is a task of {found} where one of {name} is wanted. Give a task of {name}."
            assert str(caught.value) == expected


def test_a_file_that_is_said_to_be_of_another_kind_than_the_one_wanted_is_refused(tmp_path: Path, file: Path) -> None:
    path = tmp_path / "task.yaml"
    path.write_text(f"file: {file.name}\nkind: regression\noptions: {{mean: 1}}")
    for source in (path, f"{file}:kind=regression"):
        for read in (
            lambda source=source: open_task(source, kind=KNOWN),
            lambda source=source: read_inputs(source, KNOWN),
        ):
            with pytest.raises(InputError, match="is a task of regression where one of classification is wanted"):
                read()
    assert open_task(f"{file}:kind=classification", kind=KNOWN).kind == KNOWN
    with pytest.raises(NotFound, match="no task kind is called 'clasification'. Did you mean classification"):
        open_task("sample:pairs", kind="clasification")


def test_the_note_tells_named_columns_from_detected_ones(file: Path) -> None:
    notes = {
        "": "text=review, label=stars (detected)",
        ":text=review": "text=review, label=stars (text named, the rest detected)",
        ":text=review,label=stars": "text=review, label=stars (named)",
    }
    for named, note in notes.items():
        assert open_task(f"{file}{named}").notes == (f"reviews: columns {note}",)


def test_a_pair_that_cannot_be_told_asks_for_both_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("甲,乙,相似度\n这是第一个句子吧,那是第二个句子吧,0.5\n他是谁他是谁呢,我是谁我是谁呢,0.9\n")
    with pytest.raises(InputError, match="of a pair both .*:text=COLUMN,text_pair=COLUMN") as caught:
        open_task(path)
    assert caught.value.field == "text"
    assert open_task(f"{path}:text=甲,text_pair=乙").kind.method_name() == "regression"


def test_splits_that_call_a_column_otherwise_are_refused(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("question,context,answer\nwho,Ann won,Ann\nwhat,a film won,a film\n")
    (tmp_path / "test.csv").write_text("question,context,answers\nwho,Ann won,Ann\n")
    with pytest.raises(InputError, match="mean answers.* All splits have to use the same names") as error:
        open_task(tmp_path)
    assert (error.value.file, error.value.field) == (str(tmp_path / "test.csv"), "answer")


def test_a_column_named_twice_is_refused(file: Path) -> None:
    with pytest.raises(ConfigError, match="given twice") as caught:
        open_task(f"{file}:text=review,text=stars")
    assert caught.value.field == "text"


@pytest.mark.parametrize(
    ("named", "kind", "message", "field"),
    [
        ("text=a", PAIR, "the bundle answers pairs of texts: 'text_pair' is missing", "text_pair"),
        ("text=a,text_pair=b", KNOWN, "the bundle answers single texts, and 'text_pair' is given", "text_pair"),
        ("context=a", Span(), "the bundle reads question and context: 'question' is missing", "question"),
    ],
)
def test_rows_of_another_form_than_the_bundle_reads(
    tmp_path: Path, named: str, kind: Kind, message: str, field: str
) -> None:
    (tmp_path / "a.csv").write_text("a,b\na fine film indeed,a dull film alas\n")
    with pytest.raises(InputError) as caught:
        read_inputs(f"{tmp_path / 'a.csv'}:{named}", kind)
    assert (caught.value.message, caught.value.field) == (message, field)
    with pytest.raises(InputError, match="pairs of texts: 'text_pair' is missing. Give it as hypothesis"):
        read_inputs([{"text": "one"}], PAIR)


def test_inputs_for_prediction(file: Path, tmp_path: Path) -> None:
    texts = [text for text, _ in ROWS]
    unlabelled = tmp_path / "b.csv"
    unlabelled.write_text("id,body\n1,a fine film indeed\n2,a dull film alas\n")
    for source, expected in (
        (file, texts),
        (texts, texts),
        ([{"review": text} for text in texts], texts),
        (f"{unlabelled}:text=body", ["a fine film indeed", "a dull film alas"]),
        (unlabelled, ["a fine film indeed", "a dull film alas"]),
    ):
        examples = read_inputs(source, KNOWN)
        assert [example.inputs["text"] for example in examples] == expected
        assert {example.target for example in examples} == {None}


def test_inputs_of_pairs() -> None:
    kind = Classification(text="premise", text_pair="hypothesis", labels=("yes", "no"))
    (example,) = read_inputs([("one", "two")], kind)
    assert dict(example.inputs) == {"text": "one", "text_pair": "two"}
    with pytest.raises(InputError, match="row 1: 'one' is no row"):
        read_inputs(["one"], kind)


def test_inputs_with_a_null(file: Path) -> None:
    with pytest.raises(InputError, match="row 2, field 'review': the text is missing"):
        read_inputs(["one", " "], KNOWN)


def test_real_pairs(shared_data: Path) -> None:
    task = open_task(shared_data / "rte")
    assert task.notes == ("rte: columns text=premise, text_pair=hypothesis, label=label (detected)",)
    assert [len(split) for split in task.splits.values()] == [2240, 250, 277]
    scored = open_task(shared_data / "stsb")
    assert scored.notes == ("stsb: columns text=sentence1, text_pair=sentence2, value=score (detected)",)


def test_column_names_that_come_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{csv_text()}\n{csv_text()}")
    for kind in (None, KNOWN):
        with pytest.raises(InputError, match="the column names come again") as caught:
            open_task(path, kind=kind)
        assert caught.value.row == len(ROWS) + 1


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("message,spam\nok,ham\nwin a prize now,spam\nsee you there,ham\n", "spam"),
        ("sms,spam\nsee you at home,ham\nwin a prize now,spam\nsee you there,ham\n", "spam"),
        ("question,other,same\nis it,was it,other\nis it,it is,same\n", "same"),
    ],
)
def test_a_column_may_be_called_as_one_of_its_labels(tmp_path: Path, text: str, label: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text)
    found = kind_of(open_task(f"{path}:text_pair=other" if "other," in text else path))
    assert found.label == label
    assert label in found.labels


@pytest.mark.parametrize(
    "text",
    ["great,good\nawful,bad\ndull,bad\n", "fine,good\na dull film,bad\nok,bad\n", "text,label\na,b\ntext,label\n"],
)
def test_a_row_or_a_header_come_again_is_no_header(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text + "a longer text it is,bad\none more text it is,good\n")
    with pytest.raises(InputError, match="looks like data|come again"):
        open_task(path)


def test_a_known_kind_takes_no_first_row_for_column_names(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a very fine film,good\na dull film,bad\nanother fine film,good\n")
    for read in (lambda: open_task(path, kind=KNOWN), lambda: read_inputs(path, KNOWN)):
        with pytest.raises(InputError, match="the first row looks like data"):
            read()


def test_numbers_are_not_taken_for_texts_unless_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,label\n11111111,good\n22222222,bad\n")
    with pytest.raises(InputError, match="which column holds the text among 'id', 'label'"):
        open_task(path)
    with pytest.raises(InputError, match="which column holds the text among 'id', 'label'"):
        read_inputs(path, KNOWN)
    assert rows(open_task(f"{path}:text=id")) == [("11111111", "good"), ("22222222", "bad")]


def test_columns_may_be_called_by_numbers() -> None:
    data = [{0: "a fine film", 1: "good"}, {0: "a dull film", 1: "bad"}]
    assert rows(open_task(data, columns={"text": 0, "label": 1})) == [("a fine film", "good"), ("a dull film", "bad")]


def test_an_unknown_split_is_refused(file: Path) -> None:
    with pytest.raises(ConfigError, match="'tset' is no split. Did you mean test?"):
        open_task(file, split="tset")


def test_of_a_folder_to_predict_one_file_is_to_be_named(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text(csv_text())
    (tmp_path / "test.csv").write_text(csv_text())
    with pytest.raises(InputError, match="holds train and test where one table is read") as caught:
        read_inputs(tmp_path, KNOWN)
    assert caught.value.file == str(tmp_path)


def test_a_name_too_long_for_a_file_is_nothing() -> None:
    for name in ("word " * 60, f"{'w' * 300}:text=body", f"/nowhere/{'w' * 300}.csv"):
        with pytest.raises(NotFound, match="no file, folder or sample is called"):
            open_task(name)


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refused)  # the rights of a folder do not bind root
    with pytest.raises(InputError, match=r"cannot be read \(Permission denied\)") as caught:
        open_task(tmp_path)
    assert caught.value.file == str(tmp_path)
