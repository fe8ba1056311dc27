"""The scikit-learn estimator: scikit-learn's own checks, and the ways it is used."""

import inspect
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import GridSearchCV
from sklearn.utils import Tags
from sklearn.utils.estimator_checks import check_estimator, parametrize_with_checks

from crosstask.errors import ConfigError
from crosstask.runs.options import TrainingOptions
from crosstask.sklearn import CrosstaskClassifier

TEXTS = [f"the {noun} was {word}" for word in ("good", "great", "bad", "awful") for noun in ("film", "food", "plane")]
LABELS = ["up"] * 6 + ["down"] * 6

TINY: dict[str, str] = {}


@pytest.fixture(scope="module", autouse=True)
def _tiny(tiny_checkpoint: Path) -> None:
    TINY["model"] = str(tiny_checkpoint)


@pytest.fixture
def classifier(tiny_checkpoint: Path) -> CrosstaskClassifier:
    return CrosstaskClassifier(str(tiny_checkpoint), steps=40, learning_rate=5e-3, random_state=0, device="cpu")


class NumbersAsTexts(CrosstaskClassifier):
    """Writes numbers out as words, so that scikit-learn's checks, which draw numbers, can run."""

    def _rows(self, table: np.ndarray) -> list[tuple[str, ...]]:
        return [(" ".join(f"{number:.2f}" for number in row),) for row in table.astype(float)]

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array, tags.input_tags.two_d_array = False, True
        tags.classifier_tags.poor_score = True  # two steps from random weights learn nothing
        return tags


@parametrize_with_checks([NumbersAsTexts("tiny", steps=2, batch_size=8, random_state=0, device="cpu")])
def test_the_checks_of_scikit_learn(estimator: BaseEstimator, check: Callable[[BaseEstimator], None]):
    estimator.set_params(model=TINY["model"])
    check(estimator)


def test_the_estimator_itself_is_what_scikit_learn_takes_for_a_text_classifier():
    with pytest.warns(match="which requires input"):
        check_estimator(CrosstaskClassifier())


def test_it_learns(classifier: CrosstaskClassifier):
    assert classifier.fit(TEXTS, LABELS) is classifier
    assert classifier.classes_.tolist() == ["down", "up"]
    assert classifier.score(TEXTS, LABELS) == 1.0
    probabilities = classifier.predict_proba(TEXTS)
    assert probabilities.shape == (12, 2)
    np.testing.assert_allclose(probabilities.sum(1), 1)
    assert (classifier.predict(TEXTS) == classifier.classes_[probabilities.argmax(1)]).all()


@pytest.mark.parametrize("classes", [[0, 1], [True, False], ["b", "a"], [3.0, -2.0]])
def test_classes_come_back_as_they_were_given(classifier: CrosstaskClassifier, classes: list[Any]):
    y = np.array(classes)[np.arange(12) // 6]
    predicted = classifier.set_params(steps=1).fit(TEXTS, y).predict(TEXTS)
    assert predicted.dtype == y.dtype
    assert set(predicted.tolist()) <= set(classes)


def test_every_form_of_texts_gives_the_same(classifier: CrosstaskClassifier):
    classifier.set_params(steps=3)
    truth = classifier.fit(TEXTS, LABELS).predict_proba(TEXTS)
    forms = (np.array(TEXTS), np.array(TEXTS, dtype=object), pd.Series(TEXTS), np.array(TEXTS)[:, None])
    for form in forms:
        np.testing.assert_array_equal(classifier.fit(form, LABELS).predict_proba(form), truth)
    frame = pd.DataFrame({"text": TEXTS})
    np.testing.assert_array_equal(classifier.fit(frame, pd.Series(LABELS)).predict_proba(frame), truth)
    assert classifier.n_features_in_ == 1
    assert classifier.feature_names_in_.tolist() == ["text"]


def test_two_columns_are_pairs(classifier: CrosstaskClassifier):
    frame = pd.DataFrame({"one": TEXTS, "two": TEXTS[::-1]})
    classifier.set_params(steps=3).fit(frame, LABELS)
    assert classifier.n_features_in_ == 2
    swapped = frame[["two", "one"]].set_axis(["one", "two"], axis=1)
    assert (classifier.predict_proba(frame) != classifier.predict_proba(swapped)).any()
    classifier.fit(frame.to_numpy(), LABELS)
    with pytest.raises(ValueError, match="X has 1 features, but"):
        classifier.predict(TEXTS)


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (np.array([1.0, 2.0]), "Expected 2D array, got 1D array"),
        (["good", 2.0], "row 1 of X holds a float where a text is expected"),
        ([["good", "bad"], ["good", 2]], "row 1 of X holds an? int where a text is expected"),
        (["good", " "], "row 1 of X holds an empty text"),
        ([["a", "b", "c"]] * 2, "X has 3 columns where one or two columns of texts are expected"),
        (["good", None], "row 1 of X holds a NoneType where a text is expected"),
        (["good", float("nan")], "contains NaN"),
    ],
)
def test_what_is_no_text_is_refused(classifier: CrosstaskClassifier, texts: list[Any], message: str):
    with pytest.raises(ValueError, match=message):
        classifier.fit(texts, ["a", "b"])


@pytest.mark.parametrize(
    ("parameter", "value", "rule"),
    [("steps", -2, "than or equal to 0"), ("head_learning_rate", 0, "than 0"), ("max_length", 4, "than or equal to 8")],
)
def test_a_wrong_parameter_is_named(classifier: CrosstaskClassifier, parameter: str, value: int, rule: str):
    with pytest.raises(ConfigError) as caught:
        classifier.set_params(**{parameter: value}).fit(TEXTS, LABELS)
    assert str(caught.value) == f"option '{parameter}': cannot be {value}. It should be greater {rule}."


def test_the_rate_of_the_head_counts(classifier: CrosstaskClassifier):
    slow = classifier.set_params(steps=3, head_learning_rate=1e-6).fit(TEXTS, LABELS).predict_proba(TEXTS)
    fast = classifier.set_params(head_learning_rate=0.1).fit(TEXTS, LABELS).predict_proba(TEXTS)
    assert abs(fast - 0.5).max() > abs(slow - 0.5).max()


def test_it_can_be_pickled_and_cloned(classifier: CrosstaskClassifier):
    classifier.set_params(steps=3).fit(TEXTS, LABELS)
    truth = classifier.predict_proba(TEXTS)
    again = pickle.loads(pickle.dumps(classifier))  # our own
    np.testing.assert_array_equal(again.predict_proba(TEXTS), truth)
    np.testing.assert_array_equal(clone(classifier).fit(TEXTS, LABELS).predict_proba(TEXTS), truth)


def test_the_seed_decides(classifier: CrosstaskClassifier):
    classifier.set_params(steps=2, random_state=1)
    one = classifier.fit(TEXTS, LABELS).predict_proba(TEXTS)
    other = classifier.set_params(random_state=2).fit(TEXTS, LABELS).predict_proba(TEXTS)
    assert (one != other).any()


def test_grid_search_chooses(classifier: CrosstaskClassifier):
    search = GridSearchCV(classifier, {"steps": [1, 40]}, cv=3).fit(TEXTS, LABELS)
    assert search.best_params_ == {"steps": 40}
    assert search.best_score_ > 0.5


def test_defaults_are_those_of_fine_tuning():
    parameters = inspect.signature(CrosstaskClassifier).parameters
    known = TrainingOptions.model_fields
    assert all(parameters[name].default == known[name].default for name in CrosstaskClassifier()._options())
