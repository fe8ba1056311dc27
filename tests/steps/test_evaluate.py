"""The verb evaluate: metrics, tables, worst errors, and the record of what was read."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

import crosstask
from bundles import REVIEWS, random_bundle
from crosstask.models.bundle import read_record

Run = Callable[..., Any]

WORDS = ["good", "bad", "great", "awful", "late", "nice", "love", "hate"]
ROWS = [(f"the {one} film and {other}", ("bad", "good")[at % 2]) for at, one in enumerate(WORDS) for other in WORDS]


@pytest.fixture(scope="module")
def folder(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_bundle(tiny_checkpoint, tmp_path_factory.mktemp("bundles") / "reviews", {"reviews": REVIEWS})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "fresh.csv"
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in ROWS))
    return path


def test_the_json_holds_everything(run_cli: Run, folder: Path, file: Path):
    predicted = [found.label for found in crosstask.load(folder, "cpu").predict([text for text, _ in ROWS])]
    labels = [label for _, label in ROWS]
    answer = run_cli("evaluate", folder, "--task", file, "--worst", 3, "--json")
    found = answer.record["tasks"]["fresh"]
    assert (answer.code, found["split"], found["rows"]) == (0, "test", 64)
    assert found["metrics"]["accuracy"]["value"] == pytest.approx(accuracy_score(labels, predicted))
    assert found["metrics"]["macro_f1"]["value"] == pytest.approx(f1_score(labels, predicted, average="macro"))
    assert found["metrics"]["mcc"]["value"] == pytest.approx(matthews_corrcoef(labels, predicted))
    assert all(metric["low"] <= metric["value"] <= metric["high"] for metric in found["metrics"].values())
    truth = [(label, guess) for label, guess in zip(labels, predicted, strict=True)]
    for label in ("bad", "good"):
        assert found["per_label"][label]["rows"] == labels.count(label)
        assert found["confusion"][label] == {guess: truth.count((label, guess)) for guess in ("bad", "good")}
    assert len(found["worst"]) == 3
    for miss in found["worst"]:
        text, label = ROWS[miss["row"] - 1]
        assert (miss["text"], miss["target"]) == (text, label)
        assert not miss["predicted"].startswith(f"{label} (")
    assert 0 < found["calibration"]["ece"] < 1


def test_people_read_tables(run_cli: Run, folder: Path, file: Path):
    answer = run_cli("evaluate", folder, "--task", file)
    assert answer.stdout == ""
    for word in ("fresh, test: 64 rows", "macro_f1", "per label", "confusion", "errors"):
        assert word in answer.stderr


def test_the_reading_of_a_test_split_is_recorded(run_cli: Run, tiny_checkpoint: Path, file: Path, tmp_path: Path):
    folder = random_bundle(tiny_checkpoint, tmp_path / "reviews", {"reviews": REVIEWS})
    run_cli("evaluate", folder, "--task", file, "--split", "validation")
    assert not read_record(folder).test_reads
    run_cli("evaluate", folder, "--task", file)
    assert [reading["rows"] for reading in read_record(folder).test_reads] == [64]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("text,label\ngood film,good\nbad film,dreadful\n", "row 2, field 'label': the label 'dreadful'"),
        ("text,label\ngood film,\n", "row 1, field 'label': the label is missing"),
        ("text\ngood film\n", "cannot tell which column holds the label"),
    ],
)
def test_bad_rows_are_one_line(run_cli: Run, folder: Path, tmp_path: Path, content: str, message: str):
    file = tmp_path / "wrong.csv"
    file.write_text(content)
    answer = run_cli("evaluate", folder, "--task", file)
    assert (answer.code, answer.stdout) == (2, "")
    assert message in answer.stderr


def test_a_split_that_is_not_there_is_one_line(run_cli: Run, folder: Path, tmp_path: Path):
    (tmp_path / "train.csv").write_text("text,label\ngood film,good\nbad film,bad\n")
    answer = run_cli("evaluate", folder, "--task", tmp_path)
    assert answer.code == 2
    assert "has no test split. It has: train." in answer.stderr


def test_the_columns_that_were_read_are_told(run_cli: Run, folder: Path, tmp_path: Path):
    path = tmp_path / "renamed.csv"
    path.write_text("id,review,stars\n1,a good film,good\n2,a bad film,bad\n3,an awful film,bad\n")
    evaluated = run_cli("evaluate", folder, "--task", path)
    assert "renamed: columns text=review, label=stars (detected; not used: id)" in evaluated.stderr
    predicted = run_cli("predict", folder, "--input", path)
    assert "renamed: columns text=review" in predicted.stderr
    assert len(predicted.lines) == 3


def test_evaluations_at_once_lose_no_reading(tiny_checkpoint: Path, tmp_path: Path):
    folder = random_bundle(tiny_checkpoint, tmp_path / "reviews", {"reviews": REVIEWS})
    bundle, start = crosstask.load(folder, "cpu"), threading.Barrier(4)

    def evaluate(count: int) -> None:
        start.wait()
        for _ in range(3):
            bundle.evaluate(ROWS[: 4 * count])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(evaluate, range(1, 5)))
    assert Counter(reading["rows"] for reading in read_record(folder).test_reads) == {4: 3, 8: 3, 12: 3, 16: 3}
    assert not list(folder.glob(".*"))
