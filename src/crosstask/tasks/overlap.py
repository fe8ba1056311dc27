"""How much of a text is in another: ROUGE-L, chrF and exact match, by the libraries that papers use."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crosstask.tasks.words import IDEOGRAPHS

Numbers = NDArray[np.float64]

_ORDERS, _BETA = 6, 2  # chrF's character n-grams, and how much more recall counts than precision
_TOKEN = re.compile(rf"[{IDEOGRAPHS}]|[^\W_{IDEOGRAPHS}]+")


def rouge_l(text: str, references: Sequence[str]) -> float:
    """F1 of the longest common subsequence of words, with the reference it is best with.

    Case and punctuation do not count; of Chinese each character is a word.
    Paper: Lin 2004, "ROUGE: a package for automatic evaluation of summaries".
    """
    return float(_rouge().score_multi(references, text)["rougeL"].fmeasure)


def exact_match(text: str, references: Sequence[str]) -> bool:
    """Whether a text is one of the references, however spaced.

    >>> exact_match("a  film ", ["the film", "a film"])
    True
    """
    return text.split() in [reference.split() for reference in references]


def chrf_counts(texts: Sequence[str], references: Sequence[Sequence[str]]) -> Numbers:
    """The n-grams of each text, of its best reference, and in both, of 1 to 6 characters: [rows, 18].

    Paper: Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation".
    """
    rows = [_best_counts(text, right) for text, right in zip(texts, references, strict=True)]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 3 * _ORDERS)


def chrf(counts: Numbers) -> Numbers:
    """chrF2 of summed counts [..., 18], between 0 and 1: [...]."""
    found, wanted, shared = np.moveaxis(counts.reshape(*counts.shape[:-1], _ORDERS, 3), -1, 0)
    counted = (found > 0) & (wanted > 0)
    orders = np.maximum(counted.sum(-1), 1)
    precision = (shared / np.where(counted, found, 1) * counted).sum(-1) / orders
    recall = (shared / np.where(counted, wanted, 1) * counted).sum(-1) / orders
    weighed = _BETA**2 * precision + recall
    score: Numbers = (1 + _BETA**2) * precision * recall / np.where(weighed > 0, weighed, 1)
    return score


class _Words:
    """The tokenizer of ROUGE for every script; of English the words that the original takes."""

    def tokenize(self, text: str) -> list[str]:
        return _TOKEN.findall(text.lower())


@lru_cache
def _rouge() -> Any:
    from rouge_score.rouge_scorer import RougeScorer

    return RougeScorer(["rougeL"], tokenizer=_Words())


def _best_counts(text: str, references: Sequence[str]) -> Numbers:
    """The counts [18] beside the reference that the text is best with; of equals the first."""
    from sacrebleu.metrics.helpers import extract_all_char_ngrams

    found, *wanted = (extract_all_char_ngrams(said, _ORDERS) for said in (text, *references))
    counts = np.array([_shared(found, of_reference) for of_reference in wanted], dtype=np.float64)
    best: Numbers = counts[chrf(counts).argmax()]
    return best


def _shared(found: Sequence[Counter[str]], wanted: Sequence[Counter[str]]) -> list[int]:
    """The n-grams found, wanted, and both, order after order; those of an order that is not wanted do not count."""
    pairs = zip(found, wanted, strict=True)
    return [
        count for one, other in pairs for count in (one.total() * bool(other), other.total(), (one & other).total())
    ]
