"""Tagging by a head: features, windows, loss, answers."""

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
from crosstask.objectives.tagging_head import TaggingHead
from crosstask.tasks.kinds.tagging import Tagging
from crosstask.tasks.task import TRAIN, Example, Split, Task
from crosstask.training.inference import outputs
from crosstask.training.lesson import Lesson
from tiny_training import CPU, toy_training

LABELS = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
KIND = Tagging(labels=LABELS)
HEAD = TaggingHead(overlap=4)
SPAN = st.sampled_from(["O", "LOC", "PER"]).flatmap(lambda label: st.integers(1, 3).map(lambda words: (label, words)))


@pytest.fixture(scope="module")
def text(tiny_checkpoint: Path) -> TextEncoder:
    return load_trunk(tiny_checkpoint).text


def tags_of(spans: list[tuple[str, int]]) -> tuple[str, ...]:
    tags: list[str] = []
    for label, words in spans:
        tags += ["O"] * words if label == "O" else [f"B-{label}", *[f"I-{label}"] * (words - 1)]
    return tuple(tags)


def sure(features: Features, labels: int = len(LABELS)) -> np.ndarray:
    """Logits that give the target of each token, and nonsense where it has none."""
    logits = np.zeros((len(features.encoding.ids), labels), dtype=np.float32)
    for token, target in enumerate(features.target):
        logits[token, target if target >= 0 else token % labels] = 9.0
    return logits


def answered(examples: list[Example], text: TextEncoder, kind: Tagging = KIND) -> list[dict[str, Any]]:
    """What is told where the model is sure of every target."""
    features = HEAD.encode(kind, examples, text)
    return HEAD.decode(kind, Outputs(examples, features, [sure(row, len(kind.labels)) for row in features]), {})


def test_the_first_piece_of_a_word_has_its_tag(text: TextEncoder) -> None:
    example = Example({"tokens": ("the", "xyz", "was", "good")}, ("O", "B-PER", "O", "O"))
    (row,) = HEAD.encode(KIND, [example], text)
    assert text.tokenizer.convert_ids_to_tokens(row.encoding.ids)[2:5] == ["x", "##y", "##z"]
    assert row.target == (-100, 0, 3, -100, -100, 0, 0, -100)
    assert row.weight == 4.0


def test_rows_without_tags_can_be_encoded(text: TextEncoder) -> None:
    examples = [Example({"tokens": "the film, was"}), Example({"tokens": ("good",)})]
    features = HEAD.encode(KIND, examples, text)
    assert (HEAD.batch(features, text).targets == -100).all()
    assert [row.weight for row in features] == [4.0, 1.0]


@given(st.lists(SPAN, min_size=1, max_size=20), st.integers(10, 30), st.randoms())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_sure_model_gives_the_tags_back_whatever_the_windows(
    text: TextEncoder, spans: list[tuple[str, int]], limit: int, random: Any
) -> None:
    tags = tags_of(spans)
    words = tuple(random.choice(["film", "xyz", "a", "n't", "北", "plane.", "abcdefghi"]) for _ in tags)
    (record,) = answered([Example({"tokens": words}, tags)], replace(text, max_length=limit))
    assert tuple(record["tags"]) == tags
    assert record["tokens"] == list(words)
    assert all(0.9 < span["probability"] <= 1 for span in record["spans"])


def test_a_word_within_the_token_of_another_goes_on_with_its_tag() -> None:
    from tokenizers import Tokenizer, pre_tokenizers
    from tokenizers.models import Unigram
    from transformers import PreTrainedTokenizerFast

    pieces = [("<unk>", 0.0), *((piece, -1.0) for piece in ("▁我", "爱", "北京", "大学"))]
    tokenizer = Tokenizer(Unigram(pieces, unk_id=0))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", pad_token="<unk>")
    tags = ("O", "O", "B-LOC", "I-LOC", "I-LOC", "I-LOC")
    text = TextEncoder(fast, 64, 0)
    (record,) = answered([Example({"tokens": tuple("我爱北京大学")}, tags)], text)
    assert tuple(record["tags"]) == tags
    assert [span["text"] for span in record["spans"]] == ["北京大学"]
    (record,) = answered(
        [Example({"tokens": tuple("我爱北京")}, ("N", "V", "N", "N"))], text, Tagging(labels=("N", "V"))
    )
    assert record["tags"] == ["N", "V", "N", "N"]


def test_a_word_without_any_token_is_told_too(text: TextEncoder) -> None:
    (record,) = answered([Example({"tokens": ("\u200b", "film", "\u200b")}, ("O", "B-PER", "I-PER"))], text)
    assert record["tags"] == ["O", "B-PER", "I-PER"]
    (record,) = answered([Example({"tokens": ("\u200b",)}, ("O",))], text)
    assert record["tags"] == ["O"]


def test_a_word_in_two_windows_is_told_by_their_mean(text: TextEncoder) -> None:
    short = replace(text, max_length=8)
    examples = [Example({"tokens": ("film",) * 10}, None)]
    features = HEAD.encode(KIND, examples, short)
    values = [np.full((len(row.encoding.ids), 2), 0.0, np.float32) for row in features]
    values[0][:, 1], values[1][:, 0] = 3.0, 2.0
    (record,) = HEAD.decode(Tagging(labels=("A", "B")), Outputs(examples, features, values), {})
    assert record["tags"] == ["B"] * 6 + ["A"] * 4
    assert record["spans"][4]["probability"] == pytest.approx(1 / (1 + np.exp(-0.5)))


@pytest.mark.parametrize("side", ["right", "left"])
def test_the_loss_is_the_sum_over_words(text: TextEncoder, side: str) -> None:
    examples = [
        Example({"tokens": ("the", "xyz")}, ("O", "B-PER")),
        Example({"tokens": ("a", "very", "nice", "plane")}, ("O", "O", "B-LOC", "I-LOC")),
    ]
    padded = replace(text, padding_side=side)
    features = HEAD.encode(KIND, examples, padded)
    batch = HEAD.batch(features, padded)
    logits = torch.randn(*batch.tokens.ids.shape, len(LABELS), generator=torch.Generator().manual_seed(0))
    expected = 0.0
    for row, values in zip(features, HEAD.split(logits, batch), strict=True):
        assert len(values) == len(row.encoding.ids)
        chances = values.log_softmax(1)
        expected -= sum(float(chances[at, tag]) for at, tag in enumerate(row.target) if tag >= 0)
    assert float(HEAD.loss(logits, batch)) == pytest.approx(expected, rel=1e-5)
    assert batch.weights.tolist() == [2.0, 4.0]


def toy_rows(count: int) -> list[Example]:
    """Sentences in which planes are places and films are people, of one or two words."""
    draw = np.random.default_rng(0)
    spans = {("plane",): "LOC", ("late", "plane"): "LOC", ("film",): "PER", ("very", "film"): "PER"}
    rows = []
    for number in range(count):
        words, tags = [], []
        for _ in range(int(draw.integers(1, 6))):
            names, label = list(spans.items())[int(draw.integers(len(spans)))]
            filler = ["the", "was", "good"][: int(draw.integers(0, 4))]
            words += [*names, *filler]
            tags += [*tags_of([(label, len(names))]), *["O"] * len(filler)]
        rows.append(Example({"tokens": tuple(words)}, tuple(tags), number + 1))
    return rows


def test_it_learns(tiny_checkpoint: Path) -> None:
    task = Task("names", KIND.learn({TRAIN: Split(toy_rows(64))}), {TRAIN: Split(toy_rows(64))})
    training = toy_training(tiny_checkpoint, task, phases=[{"steps": 120}])
    losses = [report.loss for report in training]
    lesson = Lesson.of(task, TRAIN, HEAD, training.model.trunk.text)
    records = HEAD.decode(task.kind, outputs(training.model, lesson, CPU), {})
    assert losses[-1] < losses[0] / 2
    assert task.kind.score(records, lesson.examples).metrics["f1"].value > 0.9
