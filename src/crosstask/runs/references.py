"""The cheap references that every score stands beside: majority, TF-IDF with logistic regression, a linear probe."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from crosstask.models.heads.pooled import PooledHead
from crosstask.models.model import MultiTaskModel
from crosstask.runs.trial import Trial
from crosstask.tasks.task import TRAIN, Example
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson

Reference = Callable[[Trial, Sequence[Example]], list[str]]
"""From a trial's train rows to labels for other rows."""


def majority(trial: Trial, rows: Sequence[Example]) -> list[str]:
    """The most frequent train label for every row; of equals the first in the label space."""
    counts = Counter(example.target for example in trial.task.split(TRAIN).examples)
    best = max(trial.task.kind.space, key=lambda label: counts[label])
    return [best] * len(rows)


def tfidf(trial: Trial, rows: Sequence[Example]) -> list[str]:
    """TF-IDF of words and word pairs with logistic regression, scikit-learn's defaults."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    train = trial.task.split(TRAIN).examples
    model = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression(max_iter=1000))
    model.fit([_text(row) for row in train], [row.target for row in train])
    return [str(label) for label in model.predict([_text(row) for row in rows])]


def linear_probe(trial: Trial, rows: Sequence[Example]) -> list[str]:
    """Logistic regression on the mean-pooled states of the frozen trunk, normalised to unit length."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer, StandardScaler

    train = trial.task.split(TRAIN).examples
    model = make_pipeline(Normalizer(), StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(_vectors(trial, train), [row.target for row in train])
    return [str(label) for label in model.predict(_vectors(trial, rows))]


REFERENCES: dict[str, Reference] = {
    "linear probe": linear_probe,
    "TF-IDF + logistic regression": tfidf,
    "majority": majority,
}


def _text(example: Example) -> str:
    return " ".join(example.inputs.values())


def _vectors(trial: Trial, rows: Sequence[Example]) -> np.ndarray:
    """Mean states of the trunk as it stands, [rows, width]."""
    trunk = trial.start.trunk
    model = MultiTaskModel(trunk, {trial.task.name: PooledHead(trunk.width)}).to(trial.runtime.device)
    return outputs(model, Lesson.of_examples(trial.task, rows, trial.objective, trunk.text), trial.runtime)
