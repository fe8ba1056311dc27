"""The tag that a word mostly has, and logistic regression on a word and its neighbours, for a tag a word."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, ClassVar, cast

from crosstask.runs.references import Records, Reference, References
from crosstask.runs.trial import Trial
from crosstask.tasks.entities import OUTSIDE
from crosstask.tasks.task import TRAIN, Example
from crosstask.tasks.words import Words

if TYPE_CHECKING:
    from crosstask.tasks.kinds import tagging

_EDGE = ""  # what stands beside the first and the last word


def most_frequent(trial: Trial, rows: Sequence[Example]) -> Records:
    """The tag that a word mostly has in train; other words are outside, or have the tag that most words have."""
    seen: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for example in trial.task.split(TRAIN).examples:
        for word, tag in zip(_words(example).words, example.target, strict=True):
            seen[word][tag] += 1
    best = {word: counts.most_common(1)[0][0] for word, counts in seen.items()}
    other = OUTSIDE if OUTSIDE in trial.task.kind.space else sum(seen.values(), Counter()).most_common(1)[0][0]
    return _records(trial, rows, [best.get(word, other) for row in rows for word in _words(row).words])


def word_features(trial: Trial, rows: Sequence[Example]) -> Records:
    """Logistic regression, scikit-learn's defaults, on each word, its ends and shape, and the words beside it."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    train = trial.task.split(TRAIN).examples
    model = make_pipeline(DictVectorizer(), LogisticRegression(max_iter=1000))
    model.fit(_features(train), [tag for row in train for tag in row.target])
    return _records(trial, rows, list(map(str, model.predict(_features(rows)))))


class Tagging(References):
    """For a tag a word."""

    by_name: ClassVar[Mapping[str, Reference]] = {
        "word features + logistic regression": word_features,
        "most frequent tag": most_frequent,
    }


def _words(example: Example) -> Words:
    return Words.of(example.inputs["tokens"])


def _records(trial: Trial, rows: Sequence[Example], tags: Sequence[str]) -> Records:
    """The records of all words' tags, row after row; none is less than sure."""
    kind, left = cast("tagging.Tagging", trial.task.kind), iter(tags)
    texts = [_words(row) for row in rows]
    return [kind.record(words, list(islice(left, len(words.places))), [1.0] * len(words.places)) for words in texts]


def _features(rows: Sequence[Example]) -> list[dict[str, Any]]:
    return [features for row in rows for features in _of_words(_words(row).words)]


def _of_words(words: Sequence[str]) -> Iterator[dict[str, Any]]:
    for before, word, after in zip((_EDGE, *words), words, (*words[1:], _EDGE), strict=False):
        yield {
            "word": word.lower(),
            "start": word[:3],
            "end": word[-3:],
            "shape": _shape(word),
            "before": before.lower(),
            "after": after.lower(),
            "shape before": _shape(before),
            "shape after": _shape(after),
        }


def _shape(word: str) -> str:
    """The sorts of a word's characters, runs of one sort as one: `Xx` of London, `d-d` of 3-1."""
    sorts = re.sub(r"[^\W\d_]", lambda found: "X" if found[0].isupper() else "x", re.sub(r"\d", "0", word))
    return re.sub(r"(.)\1+", r"\1", sorts)
