"""Overlap measures against the libraries' own results, and on Chinese."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import CHRF

from crosstask.tasks.overlap import chrf, chrf_counts, exact_match, rouge_l

TEXTS = st.text("abc dAB.,'_1-", max_size=20)


@given(TEXTS, TEXTS)
def test_of_english_rouge_is_the_original(text: str, reference: str) -> None:
    expected = RougeScorer(["rougeL"]).score(reference, text)["rougeL"].fmeasure
    assert rouge_l(text, [reference]) == pytest.approx(expected)


def test_of_chinese_each_character_is_a_word() -> None:
    assert rouge_l("他坐火车", ["他坐飞机"]) == pytest.approx(0.5)
    assert rouge_l("他坐火车。", ["他坐火车"]) == 1.0
    assert rouge_l("他用Python写", ["他用 python 写"]) == 1.0


def test_the_best_reference_counts() -> None:
    assert rouge_l("a b", ["c d", "a b", "a"]) == 1.0
    assert exact_match("a b", ["c", " a  b "])
    assert not exact_match("a b", ["a B"])


@settings(max_examples=50)
@given(st.lists(st.tuples(st.text("ab c汉字", max_size=12), st.text("ab c汉字", min_size=1)), min_size=1, max_size=5))
def test_chrf_over_rows_is_the_original(pairs: list[tuple[str, str]]) -> None:
    texts, references = map(list, zip(*pairs, strict=True))
    expected = CHRF().corpus_score(texts, [references]).score / 100
    counts = chrf_counts(texts, [[reference] for reference in references])
    assert float(chrf(counts.sum(0))) == pytest.approx(expected)


@settings(max_examples=50)
@given(st.text("ab c汉字", max_size=12), st.lists(st.text("ab c汉字", min_size=1), min_size=1, max_size=3))
def test_chrf_with_the_best_reference_is_the_original(text: str, references: list[str]) -> None:
    expected = CHRF().sentence_score(text, references).score / 100
    assert float(chrf(chrf_counts([text], [references])[0])) == pytest.approx(expected)


def test_chrf_of_many_sums_at_once() -> None:
    counts = chrf_counts(["a film", "food"], [["a film", "x"], ["foot"]])
    sums = np.stack([counts.sum(0), counts[0], counts[1] * 3])
    assert chrf(sums).tolist() == pytest.approx([float(chrf(row)) for row in sums])
    assert float(chrf(counts[0])) == 1.0
