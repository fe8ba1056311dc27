"""The first sentence of the source, and the target of the train source most like it, as texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from crosstask.runs.references import Records, Reference, References
from crosstask.runs.references._features import joined, vectorizer
from crosstask.runs.references._sentences import sentence_places
from crosstask.runs.trial import Trial
from crosstask.tasks.task import TRAIN, Example


def first_sentence(trial: Trial, rows: Sequence[Example]) -> Records:
    """The first sentence of the source."""
    return _records(source[slice(*sentence_places(source)[0])] for source in joined(rows))


def nearest_target(trial: Trial, rows: Sequence[Example]) -> Records:
    """The target of the train row whose source has the nearest TF-IDF vector; of equals the first."""
    train = trial.task.split(TRAIN).examples
    vectors = vectorizer().fit(joined(train))
    alike = vectors.transform(joined(rows)) @ vectors.transform(joined(train)).T
    return _records(train[place].target[0] for place in alike.toarray().argmax(axis=1))


class Generation(References):
    """For a text."""

    by_name: ClassVar[Mapping[str, Reference]] = {
        "nearest train target": nearest_target,
        "first sentence": first_sentence,
    }


def _records(texts: Iterable[str]) -> Records:
    return [{"text": text, "finished": True} for text in texts]
