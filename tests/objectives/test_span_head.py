"""Answers in a context by a head: features, windows, loss, decoding."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crosstask.models.text_encoder import TextEncoder
from crosstask.models.transformers_gateway import load_trunk
from crosstask.objectives import Features, Outputs
from crosstask.objectives.span_head import SpanHead
from crosstask.tasks.answers import Answer
from crosstask.tasks.kinds.span import Span
from crosstask.tasks.task import TRAIN, Example, Split, Task
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson
from tiny_training import CPU, toy_training

KIND, MAY_LACK = Span(), Span(no_answers=True)
HEAD = SpanHead(overlap=4)
WORDS = ("the", "film", "was", "very", "xyz", "good", "北京", "plane.")


@pytest.fixture(scope="module")
def text(tiny_checkpoint: Path) -> TextEncoder:
    return load_trunk(tiny_checkpoint).text


def example(context: str, *answers: str, question: str = "was it good") -> Example:
    places = tuple(Answer(answer, context.index(answer)) for answer in answers)
    return Example({"question": question, "context": context}, places)


def sure(features: Features) -> np.ndarray:
    """Logits that give the target places of a window."""
    logits = np.zeros((len(features.encoding.ids), 2), dtype=np.float32)
    logits[list(features.target), [0, 1]] = 12.0
    return logits


def told(kind: Span, asked: Example, features: list[Features], values: list[np.ndarray]) -> dict[str, Any]:
    (record,) = HEAD.decode(kind, Outputs([asked], features, values), {})
    return record


def test_the_target_is_the_first_and_the_last_token_of_the_answer(text: TextEncoder) -> None:
    (row,) = HEAD.encode(KIND, [example("the film was xyz good", "was xyz", "good")], text)
    first, last = row.target
    assert text.tokenizer.convert_ids_to_tokens(row.encoding.ids[first : last + 1]) == ["was", "x", "##y", "##z"]
    assert row.weight == 1.0


@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=30),
    length=st.integers(1, 4),
    limit=st.integers(24, 60),
    random=st.randoms(),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_sure_model_gives_the_answer_back_from_its_window(
    text: TextEncoder, words: list[str], length: int, limit: int, random: Any
) -> None:
    context = " ".join(words)
    first = random.randrange(len(words))
    answer = " ".join(words[first : first + length])
    start = len(" ".join(words[:first])) + bool(first)
    asked = Example({"question": "was it good", "context": context}, (Answer(answer, start),))
    features = SpanHead(overlap=16).encode(KIND, [asked], replace(text, max_length=limit))
    if all(row.target == (0, 0) for row in features):
        return  # longer than what windows share
    record = told(KIND, asked, features, [sure(row) for row in features])
    assert (record["answer"], record["start"], record["end"]) == (answer, start, start + len(answer))
    assert record["probability"] > 0.99


def test_windows_without_the_answer_point_to_their_first_token(text: TextEncoder) -> None:
    context = " ".join(["the film was good"] * 10) + " xyz"
    features = HEAD.encode(KIND, [example(context, "xyz")], replace(text, max_length=24))
    assert len(features) > 2
    assert {row.target for row in features[:-1]} == {(0, 0)}
    assert features[-1].target > (0, 0)


def test_no_answer_is_told_where_every_window_says_so_more_surely(text: TextEncoder) -> None:
    asked = example(" ".join(["the film was good"] * 10))
    features = HEAD.encode(MAY_LACK, [asked], replace(text, max_length=24))
    assert {row.target for row in features} == {(0, 0)}
    record = told(MAY_LACK, asked, features, [sure(row) for row in features])
    assert (record["answer"], record["start"], record["end"]) == ("", None, None)
    assert record["probability"] > 0.99
    assert told(KIND, asked, features, [sure(row) for row in features])["answer"]
    values = [sure(row) for row in features]
    values[1] = np.zeros_like(values[1])
    first, second = [at for at, place in enumerate(features[1].encoding.places) if place][2:4]
    values[1][[first, second], [0, 1]] = 12.0
    record = told(MAY_LACK, asked, features, values)
    assert record["start"] == features[1].encoding.places[first][0]
    assert record["end"] == features[1].encoding.places[second][1]


def brute_force(row: Features, values: np.ndarray, longest: int) -> tuple[float, int, int]:
    """The likeliest pair of context tokens by trying all, over softmax with the first token."""
    context = [at for at, place in enumerate(row.encoding.places) if place]
    chances = np.exp(values[[0, *context]].astype(float))
    chances /= chances.sum(0)
    pairs = [
        (chances[1 + i, 0] * chances[1 + j, 1], i, j)
        for i in range(len(context))
        for j in range(i, min(len(context), i + longest))
    ]
    chance, i, j = max(pairs, key=lambda pair: pair[0])
    return chance, row.encoding.places[context[i]][0], row.encoding.places[context[j]][1]


@given(seed=st.integers(0, 10_000), longest=st.integers(1, 12))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_answer_is_the_likeliest_of_all(text: TextEncoder, seed: int, longest: int) -> None:
    asked = example("the film was xyz good and a plane", "film")
    (row,) = HEAD.encode(KIND, [asked], text)
    values = np.random.default_rng(seed).normal(0, 2, (len(row.encoding.ids), 2)).astype(np.float32)
    (record,) = SpanHead(longest=longest).decode(KIND, Outputs([asked], [row], [values]), {})
    chance, start, end = brute_force(row, values, longest)
    assert (record["start"], record["end"]) == (start, end)
    assert record["probability"] == pytest.approx(chance)


def test_rows_without_an_answer_can_be_encoded(text: TextEncoder) -> None:
    asked = Example({"question": "was it", "context": "the film"})
    batch = HEAD.batch(HEAD.encode(KIND, [asked], text), text)
    assert batch.targets.tolist() == [[-100, -100]]


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_loss_is_over_the_tokens_of_the_context(text: TextEncoder, side: str) -> None:
    padded = replace(text, padding_side=side)
    rows = [example("the film was good", "film"), example("a very very nice plane"), example("late", "late")]
    features = HEAD.encode(MAY_LACK, rows, padded)
    batch = HEAD.batch(features, padded)
    logits = torch.randn(*batch.tokens.ids.shape, 2, generator=torch.Generator().manual_seed(0))
    expected = 0.0
    for row, values in zip(features, HEAD.split(logits, batch), strict=True):
        places = [0, *(at for at, place in enumerate(row.encoding.places) if place)]
        for side_of, target in enumerate(row.target):
            expected -= float(values[places, side_of].log_softmax(0)[places.index(target)]) / 2
    assert float(HEAD.loss(logits, batch)) == pytest.approx(expected, rel=1e-5)


def test_an_answer_is_trimmed_of_white_space() -> None:
    from crosstask.models.text_encoder import Encoding

    asked = Example({"question": "q", "context": "a film"})
    window = Encoding([0, 1, 2], None, 3, [None, (0, 1), (1, 6)])  # byte-level tokens begin with the space
    values = np.array([[0, 0], [0, 0], [9, 9]], dtype=np.float32)
    record = told(KIND, asked, [Features(window)], [values])
    assert (record["answer"], record["start"], record["end"]) == ("film", 2, 6)


def test_a_context_without_tokens_has_no_answer(text: TextEncoder) -> None:
    asked = Example({"question": "was it", "context": "\u200b"})
    features = HEAD.encode(KIND, [asked], text)
    values = [np.zeros((len(row.encoding.ids), 2), dtype=np.float32) for row in features]
    assert told(KIND, asked, features, values)["answer"] == ""


def toy_rows(count: int) -> list[Example]:
    """The answer is the word after "was"; without "was" there is none."""
    draw = np.random.default_rng(0)
    rows = []
    for number in range(count):
        fill = [str(draw.choice(["the", "film", "food", "plane"])) for _ in range(int(draw.integers(2, 12)))]
        answer = str(draw.choice(["good", "bad", "late"]))
        at = int(draw.integers(len(fill)))
        words = fill if number % 4 == 0 else [*fill[:at], "was", answer, *fill[at:]]
        asked = example(" ".join(words), *([] if number % 4 == 0 else [answer]), question="was it")
        rows.append(replace(asked, row=number + 1))
    return rows


def test_it_learns(tiny_checkpoint: Path) -> None:
    split = {TRAIN: Split(toy_rows(64))}
    task = Task("answers", KIND.learn(split), split)
    training = toy_training(tiny_checkpoint, task, phases=[{"steps": 80}])
    losses = [report.loss for report in training]
    lesson = Lesson.of(task, TRAIN, HEAD, training.model.trunk.text)
    records = HEAD.decode(task.kind, outputs(training.model, lesson, CPU), {})
    assert losses[-1] < losses[0] / 2
    assert task.kind.score(records, lesson.examples).metrics["exact_match"].value > 0.8


def test_a_context_of_no_tokens_beside_a_long_question_can_be_learned_and_asked(tiny_checkpoint: Path) -> None:
    rows = [example("\N{ZERO WIDTH SPACE}", question="was it good " * 40), example("the film was good", "good")]
    task = Task("t", MAY_LACK, {TRAIN: Split(rows)})
    training = toy_training(tiny_checkpoint, task, phases=[{"steps": 2}])
    assert all(np.isfinite(report.loss) for report in training)
    lesson = Lesson.of(task, TRAIN, HEAD, training.model.trunk.text)
    assert (lesson.longest, lesson.cuts[0]) == (64, 163 - 64)
    record = HEAD.decode(MAY_LACK, outputs(training.model, lesson, CPU), {})[0]
    assert record == {"answer": "", "start": None, "end": None, "probability": 1.0}
