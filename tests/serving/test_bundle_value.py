"""A loaded bundle: what it predicts, what it refuses, what it says of labelled rows."""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch

import crosstask
from bundles import PAIRS, REVIEWS, random_bundle
from crosstask.errors import BundleError, ConfigError, InputError, NotFound, OutputError
from crosstask.models.bundle import read_bundle, read_record
from crosstask.serving.bundle import Bundle

TEXTS = ["the film was good", "not very good", "great", "the plane was late and this crew is awful but i love that"]


@pytest.fixture(scope="module")
def folder(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return random_bundle(tiny_checkpoint, tmp_path_factory.mktemp("bundles") / "reviews", {"reviews": REVIEWS})


@pytest.fixture(scope="module")
def bundle(folder: Path) -> Bundle:
    return crosstask.load(folder, device="cpu")


@pytest.fixture(scope="module")
def pairs(tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    kinds = {"reviews": REVIEWS, "pairs": PAIRS}
    return crosstask.load(random_bundle(tiny_checkpoint, tmp_path_factory.mktemp("bundles") / "both", kinds), "cpu")


def test_probabilities_are_the_softmax_of_the_model_on_each_text_alone(bundle: Bundle, folder: Path):
    model = read_bundle(folder).model
    for text, found in zip(TEXTS, bundle.predict(TEXTS), strict=True):
        with torch.inference_mode():
            tokens = model.trunk.text.pad(model.trunk.text.encode([(text,)]))
            truth = model("reviews", tokens).softmax(-1)[0].tolist()
        assert list(found.probabilities) == ["bad", "good"]
        assert list(found.probabilities.values()) == pytest.approx(truth, abs=1e-5)
        assert found.label == ("bad", "good")[int(np.argmax(truth))]
        assert found.probability == max(found.probabilities.values())


def test_the_temperature_flattens_the_probabilities_and_keeps_the_labels(
    bundle: Bundle, tiny_checkpoint: Path, tmp_path: Path
):
    folder = random_bundle(tiny_checkpoint, tmp_path / "flat", {"reviews": REVIEWS}, temperature=2.0)
    sharp, flat = bundle.predict_proba(TEXTS), crosstask.load(folder, "cpu").predict_proba(TEXTS)
    root = np.sqrt(sharp)
    np.testing.assert_allclose(flat, root / root.sum(1, keepdims=True), rtol=1e-5)


def test_one_mapping_is_one_row(bundle: Bundle, pairs: Bundle):
    assert bundle.predict({"text": TEXTS[0]})[0].record == bundle.predict(TEXTS[0])[0].record
    (found,) = pairs.predict({"text": "a film", "text_pair": "a movie"}, head="pairs")
    assert found.record == pairs.predict([("a film", "a movie")], head="pairs")[0].record


def test_all_forms_of_input_give_the_same(bundle: Bundle, tmp_path: Path):
    file = tmp_path / "more.csv"
    pd.DataFrame({"review": TEXTS, "stars": [1, 2, 3, 4]}).to_csv(file, index=False)
    truth = bundle.predict(TEXTS)
    assert bundle.predict([{"text": text} for text in TEXTS]) == truth
    assert bundle.predict(pd.DataFrame({"text": TEXTS})) == truth
    assert bundle.predict(file) == truth
    assert bundle.predict(TEXTS[0]) == bundle.predict(TEXTS[:1])


def test_probabilities_as_an_array_have_the_columns_of_the_labels(bundle: Bundle):
    table = bundle.predict_proba(TEXTS)
    assert bundle.labels == ("bad", "good")
    assert table.shape == (4, 2)
    assert table[:, 1].tolist() == [found.probabilities["good"] for found in bundle.predict(TEXTS)]


def test_a_prediction_says_itself_to_people_and_machines(bundle: Bundle):
    found = bundle.predict(TEXTS)[0]
    assert str(found) == f"{found.label} ({found.probability:.3f})"
    said = {"row": 1, "task": "reviews", "label": found.label, "probabilities": dict(found.probabilities)}
    assert found.to_json() == said


def test_a_bundle_of_several_tasks_asks_which(pairs: Bundle):
    with pytest.raises(ConfigError, match="2 heads: reviews, pairs"):
        pairs.predict(TEXTS)
    with pytest.raises(NotFound, match=r"no head 'pair'\. Did you mean pairs"):
        pairs.predict(TEXTS, head="pair")
    assert pairs.predict([("good film", "bad film")], head="pairs")[0].task == "pairs"


def test_texts_and_pairs_are_not_taken_for_one_another(pairs: Bundle):
    with pytest.raises(InputError, match="row 1"):
        pairs.predict(["one text"], head="pairs")
    with pytest.raises(InputError, match="row 2"):
        pairs.predict(["one", ("two", "texts")], head="reviews")
    one, other = pairs.predict([("good", "bad"), ("bad", "good")], head="pairs")
    assert one.probabilities != other.probabilities


def test_a_flipped_byte_is_found(tiny_checkpoint: Path, tmp_path: Path):
    folder = random_bundle(tiny_checkpoint, tmp_path / "reviews", {"reviews": REVIEWS})
    head = next((folder / "heads").iterdir())
    content = bytearray(head.read_bytes())
    content[-1] ^= 1
    head.write_bytes(content)
    with pytest.raises(BundleError) as error:
        crosstask.load(folder)
    assert error.value.file == str(head)


def test_an_evaluation_agrees_with_the_predictions(bundle: Bundle):
    labels = [found.label for found in bundle.predict(TEXTS)]
    labels[2] = "bad" if labels[2] == "good" else "good"
    evaluation = bundle.evaluate(list(zip(TEXTS, labels, strict=True)), split="validation")
    assert (evaluation.split, evaluation.scores.rows) == ("validation", 4)
    assert evaluation.metrics["accuracy"].value == 0.75
    (miss,) = evaluation.misses
    assert (miss.row, miss.text, miss.target) == (3, TEXTS[2], labels[2])
    assert miss.error == bundle.predict(TEXTS)[2].probability
    assert miss.predicted == str(bundle.predict(TEXTS)[2])
    assert repr(evaluation).startswith("Evaluation(task, validation: 4 rows, macro_f1 0.")
    assert len(repr(evaluation)) < 200


def test_misses_are_sorted_by_how_sure_the_model_was(bundle: Bundle):
    wrong = [("good" if found.label == "bad" else "bad") for found in bundle.predict(TEXTS)]
    evaluation = bundle.evaluate(list(zip(TEXTS, wrong, strict=True)), split="validation")
    sure = [miss.error for miss in evaluation.misses]
    assert len(sure) == 4
    assert sure == sorted(sure, reverse=True)


def test_calibration_is_that_of_the_probabilities(bundle: Bundle):
    table = bundle.predict_proba(TEXTS)
    evaluation = bundle.evaluate([(text, "good") for text in TEXTS], split="validation")
    calibration = dict(evaluation.scores.tables["calibration"])
    assert calibration["brier"] == pytest.approx((2 * table[:, 0] ** 2).mean())
    hits = (table[:, 1] > 0.5).astype(float)
    bins = np.ceil(table.max(1) * 15).astype(int)
    gaps = [abs((table.max(1) - hits)[bins == one].sum()) for one in set(bins.tolist())]
    assert calibration["ece"] == pytest.approx(sum(gaps) / 4)


def test_a_label_the_bundle_has_not_learned_is_named(bundle: Bundle):
    with pytest.raises(InputError, match="row 2, field 'label': the label 'grand'"):
        bundle.evaluate([("good", "good"), ("great", "grand")])


def test_what_cannot_be_recorded_is_not_scored(tiny_checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    resource = pytest.importorskip("resource", reason="only POSIX can limit how much is written")
    folder = random_bundle(tiny_checkpoint, tmp_path / "reviews", {"reviews": REVIEWS})
    bundle, scored = crosstask.load(folder, "cpu"), []
    monkeypatch.setattr(Bundle, "predict_examples", lambda *given: scored.append(given))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8, before[1]))
    try:
        with pytest.raises(OutputError, match="cannot be written"):
            bundle.evaluate([("good", "good"), ("bad", "bad")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not scored
    assert read_record(folder).test_reads == ()


def test_only_a_test_split_is_recorded_as_read(tiny_checkpoint: Path, tmp_path: Path):
    folder = random_bundle(tiny_checkpoint, tmp_path / "reviews", {"reviews": REVIEWS})
    bundle, rows = crosstask.load(folder, "cpu"), [("good", "good"), ("bad", "bad")]
    bundle.evaluate(rows, split="validation")
    assert read_record(folder).test_reads == ()
    bundle.evaluate(rows)
    (reading,) = read_record(folder).test_reads
    assert (reading["task"], reading["rows"]) == ("task", 2)
    assert set(reading["metrics"]) == {"accuracy", "macro_f1", "mcc"}
    crosstask.load(folder, "cpu")


@pytest.mark.parametrize("form", [np.array, pd.Series, lambda texts: pd.DataFrame({"text": texts})["text"]])
def test_columns_of_texts(bundle: Bundle, form: Callable[[list[str]], Any]):
    assert bundle.predict(form(TEXTS)) == bundle.predict(TEXTS)
    np.testing.assert_array_equal(bundle.predict_proba(form(TEXTS)), bundle.predict_proba(TEXTS))


@pytest.mark.parametrize("form", [iter, set, deque, dict.fromkeys, lambda texts: (text for text in texts)])
def test_any_iterable_of_texts(bundle: Bundle, form: Callable[[list[str]], Any]):
    truth = {text: bundle.predict([text])[0].label for text in TEXTS}
    order = list(form(TEXTS))
    keys = form(TEXTS)
    found = bundle.predict(keys.keys() if isinstance(keys, dict) else keys)
    assert [one.label for one in found] == [truth[text] for text in order]
    assert bundle.predict(iter([])) == []


def test_pairs_as_an_array(pairs: Bundle):
    rows = [("good", "bad"), ("bad film", "good film")]
    assert pairs.predict(np.array(rows), head="pairs") == pairs.predict(rows, head="pairs")


@pytest.mark.parametrize("rows", [[], (), np.array([]), pd.Series([], dtype=str), pd.DataFrame({"text": []})])
def test_no_rows_have_no_predictions(bundle: Bundle, rows: Any):
    assert bundle.predict(rows) == []
    assert bundle.predict_proba(rows).shape == (0, 2)
