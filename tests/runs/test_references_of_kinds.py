"""What the references of each kind but classification answer, on rows where that can be said beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from crosstask.runs.options import TrainingOptions
from crosstask.runs.references import generation, multi_label, regression, span, tagging
from crosstask.runs.references._sentences import sentence_places
from crosstask.runs.start import Start, load_start
from crosstask.runs.trial import Trial
from crosstask.tasks import open_task
from crosstask.tasks.task import Example
from tiny_training import CPU

WORDS = ("good", "great", "bad", "late", "film", "food", "plane", "very", "nice", "awful")


@pytest.fixture(scope="module")
def start(tiny_checkpoint: Path) -> Start:
    return load_start(str(tiny_checkpoint))


def trial(start: Start, splits: dict[str, list[dict[str, Any]]], kind: str) -> Trial:
    return Trial(open_task(splits, name="t", kind=kind), start, TrainingOptions(), CPU)


def texts(count: int, seed: int) -> list[str]:
    draw = np.random.default_rng(seed)
    return [" ".join(draw.choice(WORDS, size=int(draw.integers(3, 9)))) for _ in range(count)]


def topics(text: str) -> list[str]:
    return [word for word in ("film", "food", "plane") if word in text.split()]


def labelled(count: int, seed: int) -> list[dict[str, Any]]:
    return [{"text": text, "labels": topics(text)} for text in texts(count, seed)]


def test_the_most_frequent_labels_are_as_many_as_a_row_has(start: Start):
    rows = [{"text": "good film", "labels": labels} for labels in (["a", "b"], ["b", "c"], ["c", "b"], ["a", "c", "b"])]
    found = multi_label.most_frequent(trial(start, {"train": rows}, "multi_label"), [Example({"text": "x"})])
    assert found == [{"labels": ["b", "c"], "probabilities": {"a": 0.5, "b": 1.0, "c": 0.75}}]


@pytest.mark.parametrize("reference", [multi_label.tfidf, multi_label.linear_probe])
def test_labels_are_learned_one_by_one(start: Start, reference: Any):
    one = trial(
        start, {"train": labelled(120, 0), "validation": labelled(60, 1), "test": labelled(60, 2)}, "multi_label"
    )
    asked = one.task.split("test").examples
    scores = one.task.kind.score(reference(one, asked), asked)
    cheap = one.task.kind.score(multi_label.most_frequent(one, asked), asked)
    assert scores.metrics["micro_f1"].value > max(0.8, cheap.metrics["micro_f1"].value)


def test_validation_rows_choose_from_where_on_a_label_is_given(start: Start):
    rows = [
        {"text": text, "labels": ["film"] if number % 5 < 2 and "film" in text else []}
        for number, text in enumerate(texts(240, 0))
    ]
    plain = trial(start, {"train": rows[:120]}, "multi_label")
    chosen = trial(start, {"train": rows[:120], "validation": rows[120:]}, "multi_label")
    asked = plain.task.split("train").examples
    few, more = (sum(len(record["labels"]) for record in multi_label.tfidf(one, asked)) for one in (plain, chosen))
    assert more > 2 * few


def test_a_label_of_every_train_row_is_always_given(start: Start):
    rows = [{"text": row["text"], "labels": [*row["labels"], "all"]} for row in labelled(40, 0)]
    one = trial(start, {"train": rows}, "multi_label")
    for record in multi_label.tfidf(one, one.task.split("train").examples):
        assert "all" in record["labels"]


def test_the_mean_is_that_of_the_train_rows(start: Start):
    one = trial(start, {"train": [{"text": "good", "score": 1.5}, {"text": "bad", "score": 4.0}]}, "regression")
    assert regression.mean(one, [Example({"text": "x"})] * 2) == [{"score": 2.75}] * 2


def rated(count: int, seed: int) -> list[dict[str, Any]]:
    """Pairs whose score is the share of words that they have in common: neither text alone tells of it."""
    pairs = zip(texts(count, seed), texts(count, seed + 1), strict=True)
    return [{"sentence1": one, "sentence2": two, "score": _shared(one.split(), two.split())} for one, two in pairs]


def _shared(one: Sequence[str], two: Sequence[str]) -> float:
    return len({*one} & {*two}) / len({*one, *two})


@pytest.mark.parametrize("reference", [regression.tfidf, regression.linear_probe])
def test_what_two_texts_share_is_read(start: Start, reference: Any):
    one = trial(start, {"train": rated(200, 0), "test": rated(100, 50)}, "regression")
    asked = one.task.split("test").examples
    assert one.task.kind.score(reference(one, asked), asked).metrics["pearson"].value > 0.5


def test_a_single_text_has_a_score_too(start: Start):
    rows = [{"text": text, "score": text.split().count("good") + 0.5} for text in texts(120, 0)]
    one = trial(start, {"train": rows}, "regression")
    asked = one.task.split("train").examples
    assert one.task.kind.score(regression.tfidf(one, asked), asked).metrics["pearson"].value > 0.8


TAGGED = [
    {"tokens": ["Ann", "saw", "New", "York"], "tags": ["B-PER", "O", "B-LOC", "I-LOC"]},
    {"tokens": ["York", "saw", "Ann"], "tags": ["B-LOC", "O", "B-PER"]},
    {"tokens": ["in", "New", "York"], "tags": ["O", "B-LOC", "I-LOC"]},
]


def test_a_word_gets_the_tag_it_mostly_has_and_a_new_one_is_outside(start: Start):
    one = trial(start, {"train": TAGGED}, "tagging")
    (found,) = tagging.most_frequent(one, [Example({"tokens": ("Ann", "knows", "New", "York")})])
    assert found["tags"] == ["B-PER", "O", "B-LOC", "I-LOC"]
    assert [(entity["text"], entity["start"]) for entity in found["spans"]] == [("Ann", 0), ("New York", 10)]


def test_a_new_word_of_plain_tags_gets_the_tag_of_most_words(start: Start):
    rows = [{"tokens": ["a", "film"], "tags": ["DET", "NOUN"]}, {"tokens": ["food", "!"], "tags": ["NOUN", "MARK"]}]
    (found,) = tagging.most_frequent(trial(start, {"train": rows}, "tagging"), [Example({"tokens": ("a", "plane")})])
    assert found["tags"] == ["DET", "NOUN"]


def test_new_words_are_told_by_their_form(start: Start):
    rows = [{"tokens": [name], "tags": ["B-PER"]} for name in ("Ann", "Bob", "Cid", "Dan")]
    rows += [{"tokens": [word], "tags": ["O"]} for word in ("saw", "food", "late", "was", "1990")]
    asked = [Example({"tokens": (word,)}) for word in ("Gus", "ate", "27")]
    found = tagging.word_features(trial(start, {"train": rows}, "tagging"), asked)
    assert [record["tags"] for record in found] == [["B-PER"], ["O"], ["O"]]


def test_new_words_are_told_by_those_beside_them(start: Start):
    words = ("plane", "food", "film", "good", "late")
    rows = [{"tokens": ["to", word, "we"], "tags": ["O", "B-LOC", "O"]} for word in words]
    rows += [{"tokens": ["is", word, "so"], "tags": ["O", "O", "O"]} for word in words]
    asked = [Example({"tokens": ("to", "mall", "we")}), Example({"tokens": ("is", "mall", "so")})]
    found = tagging.word_features(trial(start, {"train": rows}, "tagging"), asked)
    assert [record["tags"] for record in found] == [["O", "B-LOC", "O"], ["O", "O", "O"]]


CONTEXT = "The plane was late. 那部电影很好。The food was awful, said Ann!"


def test_sentences_end_at_marks_of_either_script_and_at_lines():
    assert [CONTEXT[start:end] for start, end in sentence_places(CONTEXT)] == [
        "The plane was late.",
        "那部电影很好。",
        "The food was awful, said Ann!",
    ]
    text = 'one\n\n two? "three." 3.5 four '
    assert [text[start:end].strip() for start, end in sentence_places(text)] == ["one", "two?", '"three."', "3.5 four"]
    assert [sentence_places(text) for text in ("?", " a")] == [[(0, 1)], [(1, 2)]]


def spans(start: Start) -> Trial:
    rows = [
        {"question": "what was late", "context": CONTEXT, "answers": ["The plane"]},
        {"question": "who said it", "context": CONTEXT, "answers": ["Ann"]},
        {"question": "what was awful", "context": CONTEXT, "answers": ["The food"]},
        {"question": "is there more", "context": CONTEXT, "answers": []},
    ]
    return trial(start, {"train": rows}, "span")


def test_the_sentence_most_like_the_question_is_the_answer(start: Start):
    asked = [Example({"question": question, "context": CONTEXT}) for question in ("awful food?", "电影好吗", "nothing")]
    found = span.likest_sentence(spans(start), asked)
    expected = ["The food was awful, said Ann!", "那部电影很好。", "The plane was late."]
    assert [record["answer"] for record in found] == expected
    assert [CONTEXT[record["start"] : record["end"]] for record in found] == expected


def test_first_words_are_as_many_as_answers_have(start: Start):
    asked = [Example({"question": "?", "context": "那部电影很好。"}), Example({"question": "?", "context": "It"})]
    assert [record["answer"] for record in span.first_words(spans(start), asked)] == ["那部", "It"]


def test_the_first_sentence_and_the_nearest_target_are_texts(start: Start):
    rows = [
        {"source": "good food. It was late.", "target": "food", "references": ["late food"]},
        {"source": "a nice film!", "target": "film"},
    ]
    rows += [{"source": "the plane", "target": "plane"}]
    one = trial(start, {"train": rows}, "generation")
    asked = [Example({"source": "great film\nlate"}), Example({"source": "awful food. Bad."})]
    assert [record["text"] for record in generation.first_sentence(one, asked)] == ["great film", "awful food."]
    assert [record["text"] for record in generation.nearest_target(one, asked)] == ["film", "food"]


def test_the_turns_of_a_dialogue_are_its_source(start: Start):
    rows = [
        {"messages": [{"role": "user", "content": text}, {"role": "assistant", "content": answer}]}
        for text, answer in (("was the food good", "yes"), ("is the plane late", "no"))
    ]
    one = trial(start, {"train": rows}, "generation")
    asked = one.task.split("train").examples
    assert [record["text"] for record in generation.nearest_target(one, asked)] == ["yes", "no"]
    assert generation.first_sentence(one, asked)[0]["text"] == "was the food good"
