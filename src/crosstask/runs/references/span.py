"""The sentence that is most like the question, and the first words, as answers from a context."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, ClassVar

from crosstask.runs.references import Records, Reference, References
from crosstask.runs.references._features import vectorizer
from crosstask.runs.references._sentences import sentence_places
from crosstask.runs.trial import Trial
from crosstask.tasks.task import TRAIN, Example
from crosstask.tasks.words import Words


def first_words(trial: Trial, rows: Sequence[Example]) -> Records:
    """The first words of the context, as many as the median train answer has."""
    answers = [answer.text for row in trial.task.split(TRAIN).examples for answer in row.target[:1]]
    count = max(1, round(median([len(Words.of(text).places) for text in answers] or [1])))
    contexts = [row.inputs["context"] for row in rows]
    return [_record(context, 0, Words.of(context).places[:count][-1][1]) for context in contexts]


def likest_sentence(trial: Trial, rows: Sequence[Example]) -> Records:
    """The sentence of the context whose TF-IDF vector is nearest to the question's; of equals the first."""
    train = trial.task.split(TRAIN).examples
    vectors = vectorizer().fit([text for row in train for text in row.texts])
    return [_likest(vectors, row.inputs["question"], row.inputs["context"]) for row in rows]


class Span(References):
    """For a part of the context."""

    by_name: ClassVar[Mapping[str, Reference]] = {
        "sentence most like the question": likest_sentence,
        "first words": first_words,
    }


def _likest(vectors: Any, question: str, context: str) -> dict[str, Any]:
    places = sentence_places(context)
    sentences = vectors.transform([context[start:end] for start, end in places])
    alike = (sentences @ vectors.transform([question]).T).toarray()[:, 0]
    return _record(context, *places[int(alike.argmax())])


def _record(context: str, start: int, end: int) -> dict[str, Any]:
    return {"answer": context[start:end], "start": start, "end": end, "probability": 1.0}
