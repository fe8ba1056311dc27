"""The kind tagging: its columns, its tags, its records."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from crosstask.errors import InputError
from crosstask.tasks import open_task, read_inputs
from crosstask.tasks.columns import Columns
from crosstask.tasks.kinds.tagging import Tagging
from crosstask.tasks.table import Table
from crosstask.tasks.task import Example, Split
from crosstask.tasks.words import Words

KIND = Tagging()
BIO = ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")


def rows(*tags: tuple[str, ...], file: str = "a.csv") -> Split:
    return Split([Example({"tokens": ("w",) * len(row)}, row, place) for place, row in enumerate(tags, 1)], file)


def detected(*records: dict[str, Any], **named: str) -> Tagging | None:
    return Tagging.detect(Columns.of(Table.of_records(records)), named)


LISTS = {"tokens": ["EU", "rejects"], "ner_tags": ["B-ORG", "O"]}
TEXTS = {"words": "EU rejects", "tags": "B-ORG O"}


@pytest.mark.parametrize(("record", "columns"), [(LISTS, ("tokens", "ner_tags")), (TEXTS, ("words", "tags"))])
def test_it_is_told_by_names_and_forms(record: dict[str, Any], columns: tuple[str, str]) -> None:
    kind = detected(record, record)
    assert kind is not None
    assert (kind.tokens, kind.tags) == columns


def test_words_alone_are_a_table_that_is_asked() -> None:
    assert detected({"words": ["a", "film"]}) == Tagging(tokens="words", tags=None)


def test_one_wrong_row_among_texts_does_not_hide_it() -> None:
    assert detected(TEXTS, {**TEXTS, "tags": "O"}, TEXTS) is not None
    assert detected({"tokens": "我爱北京", "tags": "O O B-LOC I-LOC"}) is not None


@pytest.mark.parametrize(
    "record",
    [
        {"text": "a film", "label": "good"},
        {"tokens": "12", "label": "1"},
        {"words": "what a good film", "label": "good"},
        {"tokens": ["a", "film"], "score": 3},
    ],
)
def test_other_tables_are_not_taken(record: dict[str, Any]) -> None:
    assert detected(record, record) is None


def test_columns_can_be_named() -> None:
    kind = detected({"w": "EU rejects", "t": "B-ORG O"}, tokens="w", tags="t")
    assert kind == Tagging(tokens="w", tags="t")
    assert detected(LISTS, tokens="tokens") == Tagging(tags="ner_tags")
    assert detected(LISTS, text="tokens") is None


def test_tags_are_read_as_bio() -> None:
    example = KIND.example({"tokens": "U.N. official Ekeus", "tags": "I-ORG O S-PER"}, 3, None)
    assert example == Example({"tokens": ("U.N.", "official", "Ekeus")}, ("B-ORG", "O", "B-PER"), 3)


def test_aliases_become_tags() -> None:
    kind = Tagging(aliases={"0": "O", "1": "B-PER"})
    assert kind.example({"tokens": ["a", "b"], "tags": [0, 1]}, 1, None).target == ("O", "B-PER")


def test_tags_of_another_length_than_tokens_are_refused() -> None:
    with pytest.raises(InputError, match="holds 2 tags for 3 words") as caught:
        KIND.example({"tokens": ["EU", "rejects", "it"], "tags": ["B-ORG", "O"]}, 7, "a.jsonl")
    error = caught.value
    assert (error.file, error.row, error.field, error.mend) == ("a.jsonl", 7, "tags", "Give each word one tag.")


def test_a_text_to_be_tagged_stays_as_it_is_and_a_cell_is_read_as_in_training() -> None:
    cell = "Mr. Lee 's U.S. trip"
    (plain,) = read_inputs([cell], KIND)
    assert (plain.inputs, plain.row) == ({"tokens": cell}, 1)
    for table in ([{"tokens": cell}], [{"tokens": cell.split()}], pd.DataFrame({"tokens": [cell]})):
        assert read_inputs(table, KIND)[0].inputs == {"tokens": ("Mr.", "Lee", "'s", "U.S.", "trip")}
    assert read_inputs([{"tokens": "在北京"}], KIND)[0].inputs == {"tokens": ("在", "北", "京")}
    with pytest.raises(InputError, match="the text is missing") as caught:
        read_inputs(["one", " "], KIND)
    assert (caught.value.row, caught.value.field) == (2, "tokens")


def test_a_tag_is_not_cut_into_characters() -> None:
    assert KIND.example({"tokens": ["北京"], "tags": "B-地名"}, 1, None).target == ("B-地名",)
    assert KIND.example({"tokens": "北京", "tags": "名词 名词"}, 1, None).target == ("名词", "名词")
    with pytest.raises(InputError, match="holds 1 tag for 2 words") as caught:
        KIND.example({"tokens": "北京", "tags": "名词"}, 1, None)
    assert "the characters of a text without spaces" in str(caught.value.mend)
    assert detected(*[{"tokens": "我 爱 北京", "tags": "代词 动词 名词"}, {"tokens": ["北京"], "tags": "名词"}] * 2)


WRITTEN = [('["Ann", "sings"]', '["B-PER", "O"]'), ('["no", "one", "sings"]', '["O", "O", "O"]')]
NAMES = pytest.mark.parametrize("names", [("tokens", "tags"), ("tokens", "labels"), ("words", "ner")])


@NAMES
def test_a_list_in_a_text_cell_is_read_as_json(names: tuple[str, str]) -> None:
    task = open_task([dict(zip(names, row, strict=True)) for row in WRITTEN])
    assert isinstance(task.kind, Tagging)
    assert task.kind.space == ("O", "B-PER", "I-PER")
    assert task.split("train").examples[0] == Example({"tokens": ("Ann", "sings")}, ("B-PER", "O"), 1)


@NAMES
@pytest.mark.parametrize("form", [lambda text: text.replace('"', "'"), lambda text: re.sub("[\"']", "", text)])
def test_a_list_written_otherwise_is_refused_with_its_row(names: tuple[str, str], form: Any) -> None:
    with pytest.raises(InputError, match=r"holds a list written as a text\. Write it as JSON") as caught:
        open_task([dict(zip(names, map(form, row), strict=True)) for row in WRITTEN])
    assert (caught.value.row, caught.value.field) == (1, names[0])


def test_train_gives_both_forms_of_each_label() -> None:
    learned = KIND.learn({"train": rows(("B-PER", "O"), ("B-LOC", "I-LOC"))})
    assert learned.space == BIO
    assert learned.learn({"test": rows(("I-PER", "O"))}) == learned
    assert KIND.learn({"train": rows(("VERB", "NOUN"))}).labels == ("NOUN", "VERB")


@pytest.mark.parametrize(
    ("train", "test", "message", "mend"),
    [
        ([("B-PER", "O")], [("O", "B-PERS")], "the tag 'B-PERS' in test is unknown", "Did you mean"),
        ([("O", "O")], [("O",)], "all words of train have the tag 'O'", "two tags"),
        ([("B-PER", "O"), ("PER", "O")], [("O",)], "the tag 'PER' is not of BIO and 'B-PER' is", "B-NAME"),
    ],
)
def test_tags_that_cannot_be_learned_are_refused(train: Any, test: Any, message: str, mend: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        KIND.learn({"train": rows(*train), "test": rows(*test, file="b.csv")})
    assert caught.value.field == "tags"
    assert mend in str(caught.value.mend)


@pytest.mark.parametrize(
    ("odd", "message"),
    [
        (("o", "b-per"), "the tag 'o' is not of BIO and 'B-PER' is"),
        (("O", "B-"), "the tag 'B-' is not of BIO and 'B-PER' is"),
        (("Z-LOC",), "the tag 'Z-LOC' is not of BIO and 'B-PER' is"),
    ],
)
def test_the_row_of_the_tag_that_is_of_the_other_sort_is_named(odd: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        KIND.learn({"train": rows(("B-PER", "O"), ("O", "B-LOC"), odd)})
    assert (caught.value.file, caught.value.row, caught.value.field) == ("a.csv", 3, "tags")
    with pytest.raises(InputError, match="the tag 'B-PER' is of BIO and 'LOC' is not") as caught:
        KIND.learn({"train": rows(("B-PER", "O"), ("LOC", "PER"))})
    assert caught.value.row == 1


def test_missing_tags_and_no_train_rows_are_refused() -> None:
    with pytest.raises(InputError, match="no train rows"):
        KIND.learn({"test": rows(("O", "B-PER"))})
    unlabelled = Split([Example({"tokens": ("a",)}, None, 4)], "b.csv")
    with pytest.raises(InputError, match="the tags are missing") as caught:
        KIND.learn({"train": rows(("O", "B-PER")), "test": unlabelled})
    assert (caught.value.file, caught.value.row) == ("b.csv", 4)


def told(labels: tuple[str, ...], words: Any, *tags: str) -> dict[str, Any]:
    words = Words.of(words)
    return Tagging(labels=labels).record(words, tags, [0.5] * len(tags))


def test_a_record_names_characters_of_the_text() -> None:
    text = "Peter Blackburn, BRUSSELS"
    found = told(BIO, text, "B-PER", "I-PER", "O", "I-LOC")
    assert found["tags"] == ["B-PER", "I-PER", "O", "B-LOC"]
    assert found["tokens"] == ["Peter", "Blackburn", ",", "BRUSSELS"]
    assert [text[span["start"] : span["end"]] for span in found["spans"]] == ["Peter Blackburn", "BRUSSELS"]
    assert [span["probability"] for span in found["spans"]] == [0.25, 0.5]
    assert Tagging(labels=BIO).told(found) == "Peter Blackburn (PER), BRUSSELS (LOC)"


def test_plain_tags_are_spans_of_one_word_or_of_neighbours() -> None:
    words = ("the", "old", "old", "man")
    alone = told(("ADJ", "DET", "NOUN"), words, "DET", "ADJ", "ADJ", "NOUN")
    assert [span["text"] for span in alone["spans"]] == list(words)
    runs = told(("O", "PER"), words, "O", "PER", "PER", "O")
    assert [(span["text"], span["label"]) for span in runs["spans"]] == [("old old", "PER")]


def test_errors_are_spans_missed_or_invented() -> None:
    kind = Tagging(labels=BIO)
    words = ("Peter", "in", "Rome")
    right = Example({"tokens": words}, ("B-PER", "O", "B-LOC"), 1)
    examples = [right, Example({"tokens": words}, ("O", "O", "B-LOC"), 2)]
    found = told(BIO, words, "B-PER", "O", "B-LOC")
    assert [kind.error(found, example.target) for example in examples] == [0.0, 1.0]
    (miss,) = kind.misses([found, found], examples)
    assert (miss.row, miss.target, miss.predicted) == (2, "Rome (LOC)", "Peter (PER), Rome (LOC)")


def test_plain_tags_are_scored_by_the_word() -> None:
    kind = Tagging(labels=("O", "PER"))
    examples = [Example({"tokens": ("a", "b", "c")}, ("O", "PER", "PER"))]
    scores = kind.score([{"tags": ["PER", "PER", "PER"]}], examples)
    values = {name: interval.value for name, interval in scores.metrics.items()}
    assert values == pytest.approx({"f1": 0.0, "precision": 0.0, "recall": 0.0, "accuracy": 2 / 3})


def test_a_file_of_either_form_is_opened(tmp_path) -> None:
    lists, texts = tmp_path / "a.jsonl", tmp_path / "b.csv"
    lists.write_text('{"tokens": ["Rome", "is", "old"], "tags": ["B-LOC", "O", "O"]}\n' * 3)
    texts.write_text("tokens,tags\n" + "Rome is old,B-LOC O O\n" * 3)
    one, other = open_task(lists), open_task(texts)
    assert one.fingerprint == other.fingerprint
    assert read_inputs(["Rome is old"], one.kind)[0].inputs == {"tokens": "Rome is old"}
    assert read_inputs([{"tokens": ["Rome"]}], one.kind)[0].inputs == {"tokens": ("Rome",)}


def test_conll2003_is_read(shared_data) -> None:
    task = open_task(shared_data / "conll2003" / "validation.jsonl.gz")
    assert isinstance(task.kind, Tagging)
    assert {label[2:] for label in task.kind.labels[1:]} == {"LOC", "MISC", "ORG", "PER"}
    assert len(task.split("train")) == 3250
