"""The most frequent labels, TF-IDF with logistic regressions, and linear probes of the frozen trunk, for label sets.

Where there are validation rows, they choose from which probability on a label is given, as they do for a head.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from crosstask.models.text_encoder import Encoding
from crosstask.objectives import Features, Outputs, objective_for
from crosstask.runs.references import Records, Reference, References
from crosstask.runs.references._features import joined, states, vectorizer
from crosstask.runs.trial import Trial
from crosstask.tasks.label_counts import indicators
from crosstask.tasks.task import TRAIN, VALIDATION, Example

Numbers = NDArray[np.float64]

_SURE = 12.0  # the logit of a label that every train row has, or none


def most_frequent(trial: Trial, rows: Sequence[Example]) -> Records:
    """As many of the most frequent labels as a train row has on average, at least one."""
    names, has = trial.task.kind.space, _train_labels(trial)
    shares = has.mean(axis=0)
    count = max(1, round(float(has.sum(axis=1).mean())))
    given = set(np.argsort(-shares, kind="stable")[:count].tolist())
    labels = [name for place, name in enumerate(names) if place in given]
    return [{"labels": labels, "probabilities": dict(zip(names, shares.tolist(), strict=True))}] * len(rows)


def tfidf(trial: Trial, rows: Sequence[Example]) -> Records:
    """TF-IDF of words and word pairs, for each label a logistic regression with scikit-learn's defaults."""
    vectors = vectorizer().fit(joined(trial.task.split(TRAIN).examples))
    return _records(trial, rows, lambda asked: vectors.transform(joined(asked)))


def linear_probe(trial: Trial, rows: Sequence[Example]) -> Records:
    """For each label a logistic regression on the mean-pooled states of the frozen trunk, normalised to unit length."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Normalizer, StandardScaler

    def read(asked: Sequence[Example]) -> Numbers:
        return states(trial, [row.texts for row in asked])

    scaled = make_pipeline(Normalizer(), StandardScaler()).fit(read(trial.task.split(TRAIN).examples))
    return _records(trial, rows, lambda asked: scaled.transform(read(asked)))


class MultiLabel(References):
    """For any number of labels a row."""

    by_name: ClassVar[Mapping[str, Reference]] = {
        "linear probe": linear_probe,
        "TF-IDF + logistic regression": tfidf,
        "most frequent labels": most_frequent,
    }


def _records(trial: Trial, rows: Sequence[Example], read: Callable[[Sequence[Example]], Any]) -> Records:
    """What a head of these logits would answer: `read` makes vectors [rows, features] of rows."""
    kind, splits = trial.task.kind, trial.task.splits
    head = objective_for(kind, "head")
    asked = [*(splits[VALIDATION].examples if VALIDATION in splits else ()), *rows]
    logits = _logits(read(splits[TRAIN].examples), _train_labels(trial), read(asked))
    held = len(asked) - len(rows)
    fitted = head.fit(kind, _outputs(asked[:held], logits[:held])) if held else {}
    return head.decode(kind, _outputs(rows, logits[held:]), fitted)


def _train_labels(trial: Trial) -> Numbers:
    """Which train rows have which labels, 0 or 1 [rows, labels]."""
    return indicators([example.target for example in trial.task.split(TRAIN).examples], trial.task.kind.space)


def _logits(known: Any, has: Numbers, asked: Any) -> Numbers:
    """The logit of each label for the `asked` vectors [rows, labels], learned from known ones and their labels."""
    return np.stack([_label_logits(known, column, asked) for column in has.T], axis=1)


def _label_logits(known: Any, has: Numbers, asked: Any) -> Numbers:
    from sklearn.linear_model import LogisticRegression

    if has.min() == has.max():
        return np.full(asked.shape[0], _SURE if has.max() else -_SURE)
    model = LogisticRegression(max_iter=1000).fit(known, has)
    return np.asarray(model.decision_function(asked))


def _outputs(examples: Sequence[Example], logits: Numbers) -> Outputs:
    features = [Features(Encoding([], None, 0), row=row) for row in range(len(examples))]
    return Outputs(examples, features, list(logits))
