"""The mean, TF-IDF with ridge regression, and a linear probe of the frozen trunk, for a number a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from crosstask.runs.references import Records, Reference, References
from crosstask.runs.references._features import states, vectorizer
from crosstask.runs.trial import Trial
from crosstask.tasks.task import TRAIN, Example

_PENALTIES = np.logspace(0, 5, 11)


def mean(trial: Trial, rows: Sequence[Example]) -> Records:
    """The mean train score for every row."""
    return [{"score": fmean(_scores(trial))}] * len(rows)


def tfidf(trial: Trial, rows: Sequence[Example]) -> Records:
    """Ridge regression, scikit-learn's default, on TF-IDF of words and word pairs.

    Of a pair it reads both vectors, their absolute difference and their product.
    """
    from scipy.sparse import csr_array, hstack
    from sklearn.linear_model import Ridge

    train = trial.task.split(TRAIN).examples
    vectors = vectorizer().fit([text for row in train for text in row.texts])

    def read(asked: Sequence[Example]) -> Any:
        return hstack(_joint([csr_array(vectors.transform(texts)) for texts in _fields(asked)]), format="csr")

    return _records(Ridge().fit(read(train), _scores(trial)), read(rows))


def linear_probe(trial: Trial, rows: Sequence[Example]) -> Records:
    """Ridge regression on the mean-pooled states of the frozen trunk, its penalty chosen by leaving out train rows.

    Of a pair it reads the states of both texts, their absolute difference and their product.
    Paper: Conneau et al. 2017, "Supervised learning of universal sentence representations" (section 3.1, the pairs).
    """
    from sklearn.linear_model import RidgeCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    def read(asked: Sequence[Example]) -> NDArray[np.float64]:
        return np.hstack(_joint([_unit(states(trial, [(text,) for text in texts])) for texts in _fields(asked)]))

    model = make_pipeline(StandardScaler(), RidgeCV(_PENALTIES))
    return _records(model.fit(read(trial.task.split(TRAIN).examples), _scores(trial)), read(rows))


class Regression(References):
    """For a number a row."""

    by_name: ClassVar[Mapping[str, Reference]] = {
        "linear probe": linear_probe,
        "TF-IDF + ridge regression": tfidf,
        "mean": mean,
    }


def _records(model: Any, vectors: Any) -> Records:
    return [{"score": score} for score in model.predict(vectors).tolist()]


def _scores(trial: Trial) -> list[float]:
    return [row.target for row in trial.task.split(TRAIN).examples]


def _fields(rows: Sequence[Example]) -> list[tuple[str, ...]]:
    """The first texts of all rows, and their second texts where they have such."""
    return list(zip(*(row.texts for row in rows), strict=True))


def _joint(vectors: list[Any]) -> list[Any]:
    """The vectors of one text as they are; of two u and v also |u - v| and u * v, each [rows, features]."""
    if len(vectors) == 1:
        return vectors
    one, other = vectors
    return [one, other, abs(one - other), one * other]


def _unit(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    from sklearn.preprocessing import normalize

    return np.asarray(normalize(vectors))
