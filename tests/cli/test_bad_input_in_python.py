"""Bad input through the Python door: always a CrosstaskError, and nothing half-written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import datasets
import numpy as np
import pandas as pd
import pytest

import crosstask
from bundles import REVIEWS, random_bundle
from crosstask.ui import Silent

ROWS = [{"text": "a good film", "label": "good"}, {"text": "a bad film", "label": "bad"}] * 3
FRAME = pd.DataFrame(ROWS)
UNLABELLED = datasets.Dataset.from_dict(
    {"text": ["a good film", "a bad film"], "label": [0, -1]},
    features=datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["good", "bad"])}),
)

DATA: dict[str, tuple[Any, str]] = {
    "renamed columns": (FRAME.rename(columns={"text": "x", "label": "y"}), "which column holds the text among"),
    "no label column": (FRAME[["text"]], "field 'label': cannot tell which column holds the label among 'text'"),
    "no rows": (FRAME.iloc[:0], "the data has no rows"),
    "two columns of one name": (pd.concat([FRAME, FRAME], axis=1), "2 columns have this name"),
    "NaN text": (FRAME.assign(text=["a film", float("nan")] * 3), "row 2, field 'text': the text is missing"),
    "NA label": (FRAME.assign(label=pd.array([1, 0, 1, 0, 1, pd.NA], dtype="Int64")), "row 6, field 'label'"),
    "bytes": (FRAME.assign(text=[b"film"] * 6), "row 1, field 'text': holds bytes"),
    "None label": ([*ROWS, {"text": "a film", "label": None}], "row 7, field 'label': the label is missing"),
    "None text": ([*ROWS, {"text": None, "label": "bad"}], "row 7, field 'text': the text is missing"),
    "a row that lacks a key": ([*ROWS, {"text": "a film"}], "row 7, field 'label': the label is missing"),
    "keys that are numbers": ([{1: "a good film", 2: "good"}], "among '1', '2'"),
    "a row that is None": ([None], "row 1: None is no row"),
    "rows of two forms": ([ROWS[0], ("a film", "good")], "row 1: "),
    "a short tuple": ([("a film", "good"), ("b film",)], "row 2: ('b film',) is no row (text, label)"),
    "texts alone": (["a film", "b film"], "row 1: 'a film' is no row (text, label)"),
    "half a character": ([("a\ud800", "good"), ("b", "bad")], "row 1, field 'text': holds half a character"),
    "one class": ([("a film", "good"), ("b film", "good")], "all train rows have the label 'good'"),
    "no list": (3, "data of type int cannot be read"),
    "nothing": (None, "data of type NoneType cannot be read"),
    "an array": (np.array([["a film", "good"]]), "data of type ndarray cannot be read"),
    "unknown splits": ({"rows": ROWS}, "no train, validation or test among rows"),
    "no train": ({"test": ROWS}, "there are no train rows"),
    "a label that train lacks": ({"train": ROWS, "test": [("a", "god")]}, "the label 'god' in test is unknown"),
    "a data set without a label": (UNLABELLED, "row 2, field 'label': the label is missing"),
    "a data set of test rows": (datasets.DatasetDict({"test": datasets.Dataset.from_list(ROWS)}), "no train rows"),
    "a file that is not there": (Path("gone.csv"), "called 'gone.csv'"),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", DATA)
def test_finetune_and_inspect_refuse_data_at_fault(name: str, here: Path, tiny_checkpoint: Path) -> None:
    task, says = DATA[name]
    options: dict[str, Any] = {"model": tiny_checkpoint, "ui": Silent()}
    with pytest.raises(crosstask.CrosstaskError) as tuned:
        crosstask.finetune(task=task, out="out", steps=2, **options)
    with pytest.raises(crosstask.CrosstaskError) as inspected:
        crosstask.inspect(task if isinstance(task, Mapping) else [task], **options)
    for caught in (tuned, inspected):
        assert says in str(caught.value)
        assert caught.value.mend
    assert not list(here.iterdir())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "finetune needs the option 'task'"),
        ({"task": ROWS, "epoch": 3}, "finetune has no option 'epoch'. Did you mean epochs?"),
        ({"task": ROWS, "model": None}, "option 'model': cannot be None. It should be a valid string."),
        ({"task": ROWS, "tuning": 3}, "3 is no tuning. Known: "),
        ({"task": ROWS, "tuning": {"name": "freeze", "layrs": 1}}, "freeze has no option 'layrs'. Did you mean layers"),
        ({"task": ROWS, "objective": "haed"}, "is called 'haed'. Did you mean head?"),
        ({"task": ROWS, "seed": "x"}, "option 'seed': cannot be 'x'. It should be a valid integer."),
        ({"task": ROWS, "learning_rate": float("nan")}, "It should be a finite number."),
    ],
)
def test_finetune_refuses_options_at_fault(
    options: dict[str, Any], says: str, here: Path, tiny_checkpoint: Path
) -> None:
    with pytest.raises(crosstask.CrosstaskError) as caught:
        crosstask.finetune(**{"model": tiny_checkpoint, "out": "out", "ui": Silent(), **options})
    assert says in str(caught.value)
    assert not list(here.iterdir())


@pytest.fixture(scope="module")
def bundle(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return crosstask.load(random_bundle(tiny_checkpoint, tmp_path_factory.mktemp("b") / "bundle", {"reviews": REVIEWS}))


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda bundle: bundle.predict(None), "data of type NoneType cannot be read"),
        (lambda bundle: bundle.predict(["a film", None]), "row 2: None is no row (text)"),
        (lambda bundle: bundle.predict(["a film", " "]), "row 2, field 'text': the text is missing"),
        (lambda bundle: bundle.predict([("a", "b")]), "row 1: ('a', 'b') is no row (text)"),
        (lambda bundle: bundle.predict(pd.DataFrame({"id": [1, 2], "n": [3, 4]})), "among 'id', 'n'"),
        (lambda bundle: bundle.predict(["a"], head="other"), "no head 'other'. Known: reviews."),
        (lambda bundle: bundle.predict_proba([3]), "row 1: 3 is no row (text)"),
        (lambda bundle: bundle.evaluate([("a film", "bda")]), "the label 'bda' in test is unknown"),
        (lambda bundle: bundle.evaluate([("a film", "bad")], split="tset"), "'tset' is no split. Did you mean test?"),
        (lambda bundle: bundle.evaluate(FRAME[["text"]]), "cannot tell which column holds the label"),
        (lambda bundle: crosstask.load(f"{bundle.path}s"), "does not exist. Did you mean bundle?"),
        (lambda _: crosstask.open_task(FRAME, columns={"text": 0}), "field '0': there is no such column"),
    ],
)
def test_a_bundle_refuses_what_it_cannot_read(bundle: Any, ask: Callable[[Any], Any], says: str) -> None:
    with pytest.raises(crosstask.CrosstaskError) as caught:
        ask(bundle)
    assert says in str(caught.value)
