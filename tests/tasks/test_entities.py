"""Spans of words: schemes, and scores against seqeval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval import metrics
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import BILOU, IOBES
from seqeval.scheme import Entities as StrictEntities

from crosstask.tasks.entities import as_bio, entities, is_bio
from crosstask.tasks.entity_counts import EntityCounts

TAG = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC"])
ROW = st.lists(TAG, min_size=1, max_size=8)
PAIR = st.integers(1, 8).flatmap(lambda words: st.tuples(*[st.lists(TAG, min_size=words, max_size=words)] * 2))
ROWS = st.lists(PAIR, min_size=1)


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[str, int]]:
    """Neighbouring spans of a label (or O) and a length."""
    return draw(st.lists(st.tuples(st.sampled_from(["O", "PER", "LOC"]), st.integers(1, 3)), min_size=1, max_size=5))


def tagged(found: list[tuple[str, int]], single: str, first: str, inner: str, last: str) -> list[str]:
    """The tags of spans in a scheme."""
    tags: list[str] = []
    for label, length in found:
        forms = [single] if length == 1 else [first, *[inner] * (length - 2), last]
        tags += ["O"] * length if label == "O" else [f"{form}-{label}" for form in forms]
    return tags


@given(ROW)
def test_spans_are_those_of_conlleval(tags: list[str]) -> None:
    expected = [(label, first, last + 1) for label, first, last in get_entities(tags)]
    assert [tuple(found) for found in entities(as_bio(tags))] == expected


@given(ROW)
def test_bio_stays_bio(tags: list[str]) -> None:
    assert as_bio(as_bio(tags)) == as_bio(tags)
    assert all(map(is_bio, as_bio(tags)))


@pytest.mark.parametrize(("letters", "scheme"), [("SBIE", IOBES), ("UBIL", BILOU)])
@given(found=spans())
def test_other_schemes_give_the_same_spans(letters: str, scheme: type, found: list[tuple[str, int]]) -> None:
    tags = tagged(found, *letters)
    expected = [(span.tag, span.start, span.end) for span in StrictEntities([tags], scheme).entities[0]]
    assert [tuple(span) for span in entities(as_bio(tags))] == expected
    assert as_bio(tags) == tuple(tagged(found, "B", "B", "I", "I"))


def test_iob1_opens_a_span_of_its_own_only_where_two_meet() -> None:
    tags = ["I-PER", "B-PER", "I-PER", "O", "I-LOC"]
    assert as_bio(tags) == ("B-PER", "B-PER", "I-PER", "O", "B-LOC")


@pytest.mark.parametrize("tags", [["NOUN", "VERB"], ["PER", "O"], ["B-", "O"], ["X-a", "B-a"]])
def test_plain_tags_stay_as_they_are(tags: list[str]) -> None:
    assert as_bio(tags) == tuple(tags)


@pytest.mark.filterwarnings("ignore:.*ill-defined:Warning")
@given(ROWS)
@settings(max_examples=60, deadline=None)
def test_metrics_agree_with_seqeval(rows: list[tuple[list[str], list[str]]]) -> None:
    bio = [(as_bio(true), as_bio(found)) for true, found in rows]
    true, found = ([list(row[place]) for row in bio] for place in (0, 1))
    scores = {name: interval.value for name, interval in EntityCounts.of(bio, as_bio).metrics(seed=0).items()}
    expected = {
        "f1": metrics.f1_score(true, found, zero_division=0),
        "precision": metrics.precision_score(true, found, zero_division=0),
        "recall": metrics.recall_score(true, found, zero_division=0),
        "accuracy": metrics.accuracy_score(true, found),
    }
    assert scores == pytest.approx(expected, abs=1e-12)


def test_the_table_tells_each_label_as_seqeval_does() -> None:
    true = [["B-PER", "I-PER", "O", "B-LOC"], ["B-LOC", "O", "O", "B-ORG"]]
    found = [["B-PER", "O", "O", "B-LOC"], ["B-LOC", "B-PER", "O", "B-LOC"]]
    header, *table = EntityCounts.of(zip(true, found, strict=True), as_bio).table()
    report = metrics.classification_report(true, found, output_dict=True, zero_division=0)
    assert header == ("label", "precision", "recall", "f1", "spans")
    assert [row[0] for row in table] == ["LOC", "ORG", "PER"]
    for label, *values in table:
        expected = [report[label][name] for name in ("precision", "recall", "f1-score", "support")]
        np.testing.assert_allclose(values, expected)


def test_few_rows_do_not_claim_certainty() -> None:
    found = EntityCounts.of([(("B-PER", "O"), ("B-PER", "O"))] * 10, as_bio).metrics(seed=0)
    for interval in found.values():
        assert interval.value == interval.high == 1.0
        assert 0.6 < interval.low < 0.95
