"""Majority, TF-IDF with logistic regression, and a linear probe of the frozen trunk, for one label a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from crosstask.runs.references import Records, Reference, References
from crosstask.runs.references._features import joined, states, vectorizer
from crosstask.runs.trial import Trial
from crosstask.tasks.task import TRAIN, Example


def majority(trial: Trial, rows: Sequence[Example]) -> Records:
    """The most frequent train label for every row; of equals the first in the label space."""
    train, labels = trial.task.split(TRAIN).examples, trial.task.kind.space
    counts = Counter(example.target for example in train)
    return _records(trial, labels, [[counts[label] / len(train) for label in labels]] * len(rows))


def tfidf(trial: Trial, rows: Sequence[Example]) -> Records:
    """TF-IDF of words and word pairs with logistic regression, scikit-learn's defaults."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    train = trial.task.split(TRAIN).examples
    model = make_pipeline(vectorizer(), LogisticRegression(max_iter=1000))
    model.fit(joined(train), [row.target for row in train])
    return _records(trial, model.classes_, model.predict_proba(joined(rows)).tolist())


def linear_probe(trial: Trial, rows: Sequence[Example]) -> Records:
    """Logistic regression on the mean-pooled states of the frozen trunk, normalised to unit length."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer, StandardScaler

    train = trial.task.split(TRAIN).examples
    model = make_pipeline(Normalizer(), StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(states(trial, [row.texts for row in train]), [row.target for row in train])
    return _records(trial, model.classes_, model.predict_proba(states(trial, [row.texts for row in rows])).tolist())


class Classification(References):
    """For one label a row."""

    by_name: ClassVar[Mapping[str, Reference]] = {
        "linear probe": linear_probe,
        "TF-IDF + logistic regression": tfidf,
        "majority": majority,
    }


def _records(trial: Trial, classes: Iterable[str], table: Iterable[Sequence[float]]) -> Records:
    """The likeliest label of each row, from probabilities of these classes; labels that train does not show have 0."""
    names = list(map(str, classes))
    none = dict.fromkeys(trial.task.kind.space, 0.0)
    rows = [none | dict(zip(names, row, strict=True)) for row in table]
    return [{"label": max(row, key=lambda name: row[name]), "probabilities": row} for row in rows]
