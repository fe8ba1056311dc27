"""The transfers that the quickstart shows, one for each language it speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crosstask.runs.options import TrainingOptions


@dataclass(frozen=True)
class Story:
    """A model that learns a source to judge a target, in a few minutes on two cores.

    Both options cut texts at the same length. `watched` validation rows are scored for the learning curves, and
    `question` is a text to ask the trained model.
    """

    model: str
    source: str
    target: str
    source_rows: int
    source_options: TrainingOptions
    target_options: TrainingOptions
    watched: int
    question: str


# The lower half stays as it is: it keeps what the model knows of other languages, and a step costs a third less
# (Wu & Dredze 2019, "Beto, Bentz, Becas: the surprising cross-lingual effectiveness of BERT").
_ACROSS_LANGUAGES: Mapping[str, Any] = {
    "tuning": "freeze:layers=6",
    "batch_size": 16,
    "learning_rate": 1e-4,
    "max_length": 96,
}

STORIES: Mapping[str, Story] = {
    "en": Story(
        model="starter",
        source="sample:tweets-other",
        target="sample:tweets-airlines",
        source_rows=2000,
        source_options=TrainingOptions(epochs=2),
        target_options=TrainingOptions(steps=40, batch_size=16),
        watched=100,
        question="two hours late again, and nobody tells us why",
    ),
    "zh": Story(
        model="starter:multilingual",
        source="sample:tweets-other",
        target="sample:reviews-zh",
        source_rows=2000,
        source_options=TrainingOptions(epochs=2, objective="head:class_weights=balanced", **_ACROSS_LANGUAGES),
        target_options=TrainingOptions(steps=20, **_ACROSS_LANGUAGES),
        watched=32,
        question="房间又旧又小，隔音也差，不会再来了",
    ),
}
