"""Text to text: which columns, which rows, and how answers are scored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crosstask.errors import InputError
from crosstask.tasks import open_task, read_inputs
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.kinds.generation import Generation
from crosstask.tasks.kinds.span import Span
from crosstask.tasks.task import TRAIN

HELLO = {"role": "user", "content": "hello"}
ANSWER = {"role": "assistant", "content": "hi there"}
SYSTEM = {"role": "system", "content": "be kind"}


def rows(source: str = "source", target: str = "target", count: int = 6) -> list[dict[str, Any]]:
    return [{source: f"the long text {number}", target: f"short {number}"} for number in range(count)]


def chat(*turns: dict[str, str], column: str = "messages") -> dict[str, Any]:
    return {column: list(turns)}


@pytest.mark.parametrize(
    ("source", "target"),
    [
        *(("source", "target"), ("Document", "Summary"), ("dialogue", "summary"), ("prompt", "completion")),
        *(("input", "output"), ("instruction", "output"), ("instruction", "response"), ("Question", "Answer")),
        *(("输入", "输出"), ("指令", "输出"), ("问题", "答案"), ("问题", "回答"), ("问", "答")),
    ],
)
def test_well_known_pairs_of_columns_are_detected(source: str, target: str) -> None:
    task = open_task(rows(source, target))
    assert task.kind == Generation(source=source, output=target)
    assert task.split(TRAIN).examples[1].inputs == {"source": "the long text 1"}
    assert task.split(TRAIN).examples[1].target == ("short 1",)


def test_an_instruction_is_read_before_an_input() -> None:
    task = open_task([{**row, "input": ""} for row in rows("instruction", "output")])
    assert task.kind == Generation(source="instruction", output="output")
    assert "not used: input" in task.notes[-1]


def test_a_question_with_a_context_is_of_spans() -> None:
    asked = [{"question": f"who, {row}", "context": f"Ann {row} won", "answer": f"Ann {row}"} for row in range(6)]
    assert isinstance(open_task(asked).kind, Span)


def test_sentences_that_come_again_are_texts() -> None:
    sentences = ["The writer will be late by about an hour.", "The writer gives a ticket for the festival away."]
    task = open_task([{"source": f"text {number}", "target": sentences[number % 2]} for number in range(12)])
    assert task.kind == Generation(source="source", output="target")


def test_other_columns_are_named(tmp_path) -> None:
    file = tmp_path / "pairs.jsonl"
    file.write_text("\n".join(json.dumps({"en": f"good day {number}", "de": "guten Tag"}) for number in range(4)))
    task = open_task(f"{file}:source=en,output=de")
    assert task.kind == Generation(source="en", output="de")
    with pytest.raises(InputError, match="which column holds the output"):
        open_task(f"{file}:source=en")


def test_references_are_right_too_and_no_input() -> None:
    given = [{**row, "references": ["another", row["target"]]} for row in rows()]
    given[2]["references"] = None
    task = open_task(given)
    assert task.kind.references == "references"
    assert task.kind.inputs == {"source": "source"}
    assert task.split(TRAIN).examples[0].target == ("short 0", "another")
    assert task.split(TRAIN).examples[2].target == ("short 2",)
    asked = read_inputs([{"source": "only this"}], task.kind)
    assert (asked[0].inputs, asked[0].target) == ({"source": "only this"}, None)


def test_references_in_a_text_are_a_list_and_a_text_to_be_written_is_as_it_is() -> None:
    given = [{**row, "target": f'["{row["target"]}"]', "references": '["another", "a third"]'} for row in rows()]
    assert open_task(given).split(TRAIN).examples[0].target == ('["short 0"]', "another", "a third")
    given[1]["references"] = "['another']"
    with pytest.raises(InputError, match="a list written as a text") as caught:
        open_task(given)
    assert (caught.value.row, caught.value.field) == (2, "references")


@pytest.mark.parametrize(
    "table",
    [
        [{"text": f"a film {number}", "label": "good" if number % 2 else "bad"} for number in range(8)],
        [{"text": f"a film {number}", "target": number % 2} for number in range(8)],
        [{"text": f"a long film review {number}", "source": "web", "target": f"{number % 3}"} for number in range(9)],
        [{"source": f"a long film review {number}", "target": f"{number % 3}"} for number in range(9)],
        [{"prompt": f"a long question {number}", "response": "yes" if number % 2 else "no"} for number in range(9)],
        [{"question": f"a long question {number}", "answer": "yes" if number % 2 else "no"} for number in range(9)],
        [{"input": f"a long film review {number}", "output": f"{number % 3}"} for number in range(9)],
        [{"question": f"a question {at}", "answer": f"an answer {at}", "label": at % 2} for at in range(9)],
    ],
)
def test_tables_with_labels_are_no_generation(table: list[dict[str, Any]]) -> None:
    from crosstask.tasks.columns import Columns
    from crosstask.tasks.table import Table

    assert Generation.detect(Columns.of(Table.of_records(table)), {}) is None or isinstance(
        open_task(table).kind, Classification
    )


def test_the_last_turn_of_a_dialogue_is_the_target() -> None:
    task = open_task([chat(SYSTEM, HELLO, ANSWER), chat(HELLO, ANSWER, HELLO, {**ANSWER, "extra": 1})])
    assert task.kind == Generation(source=None, messages="messages", output="messages")
    first, second = task.split(TRAIN).examples
    assert (first.inputs["messages"], first.target) == ((SYSTEM, HELLO), ("hi there",))
    assert (second.inputs["messages"], second.target) == ((HELLO, ANSWER, HELLO), ("hi there",))
    assert first.texts == ("be kind\nhello",)


def test_a_dialogue_may_be_json_in_a_cell_and_its_answer_a_column() -> None:
    task = open_task([{"messages": json.dumps([HELLO, ANSWER], indent=1)}])
    assert task.split(TRAIN).examples[0].inputs == {"messages": (HELLO,)}
    named = open_task([{"messages": json.dumps([HELLO]), "answer": "hi"}], columns={"output": "answer"})
    assert named.kind == Generation(source=None, messages="messages", output="answer")
    assert named.split(TRAIN).examples[0].target == ("hi",)


def test_asked_a_dialogue_loses_an_answer_and_a_text_is_a_turn() -> None:
    kind = Generation(source=None, messages="messages", output="messages")
    asked = read_inputs([chat(HELLO, ANSWER), chat(HELLO, ANSWER, HELLO)], kind)
    assert [example.inputs["messages"] for example in asked] == [(HELLO,), (HELLO, ANSWER, HELLO)]
    (plain,) = read_inputs(["hello"], kind)
    assert plain.inputs["messages"] == (HELLO,)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (chat({"content": "hello"}, ANSWER), "turn 1 has no role"),
        (chat({"from": "human", "value": "hello"}), r"turn 1 has no role\. Write role for from, content for value"),
        (chat(HELLO, {"role": "bot", "content": "hi"}), "turn 2 has the unknown role 'bot'"),
        (chat(HELLO, {"role": "assistant", "content": " "}), "turn 2: the content is missing"),
        (chat(HELLO, {"role": "assistant"}), "turn 2: the content is missing"),
        (chat(HELLO), "the last turn is the user's"),
        (chat(ANSWER), "no turn of the user"),
        (chat(HELLO, ANSWER, ANSWER), "no turn of the user"),
        ({"messages": ["hello", "hi"]}, "turn 1 is a text"),
        ({"messages": []}, "holds no turns"),
        ({"messages": {"role": "user"}}, "holds an object"),
        ({"messages": None}, "the turns are missing"),
    ],
)
def test_a_wrong_dialogue_is_named(row: dict[str, Any], message: str) -> None:
    kind = Generation(source=None, messages="messages", output="messages")
    with pytest.raises(InputError, match=message) as error:
        kind.example(row, 7, "chat.jsonl")
    assert (error.value.file, error.value.row, error.value.field) == ("chat.jsonl", 7, "messages")
    assert error.value.mend


def test_a_wrong_row_among_right_ones_is_found_with_its_number() -> None:
    with pytest.raises(InputError, match="no role") as error:
        open_task([chat(HELLO, ANSWER), chat({"content": "hello"}, ANSWER)])
    assert error.value.row == 2


@pytest.mark.parametrize("target", ["", "  ", None, [], [""], float("nan")])
def test_an_empty_target_is_named(target: Any) -> None:
    with pytest.raises(InputError, match="the text to be written is missing") as error:
        Generation().example({"source": "a", "target": target}, 3, "a.csv")
    assert (error.value.row, error.value.field) == (3, "target")


def scored(texts: list[str], targets: list[tuple[str, ...]]) -> dict[str, float]:
    kind = Generation()
    examples = [kind.example({"source": "a", "target": target}, 1, None) for target in targets]
    predictions = [{"text": text, "finished": True} for text in texts]
    return {name: interval.value for name, interval in kind.score(predictions, examples).metrics.items()}


def test_scores_take_the_best_right_text() -> None:
    alone = scored(["a good film"], [("a bad movie",)])
    both = scored(["a good film"], [("a bad movie", "a good film")])
    assert tuple(both) == Generation.metrics
    assert set(both.values()) == {1.0}
    assert all(0 < value < 1 for name, value in alone.items() if name != "exact_match")


def test_a_few_perfect_rows_do_not_claim_certainty() -> None:
    kind = Generation()
    examples = [kind.example({"source": "a", "target": "b c"}, row, None) for row in range(5)]
    metrics = kind.score([{"text": "b c", "finished": True}] * 5, examples).metrics
    assert all(interval.value == interval.high == 1.0 and interval.low < 0.95 for interval in metrics.values())


def test_errors_grow_with_what_is_wrong() -> None:
    kind, target = Generation(), ("the plane was late", "it was late")
    errors = [kind.error({"text": text}, target) for text in ("it  was late", "It was late!", "was late", "a film")]
    assert errors[:2] == [0.0, 0.0]
    assert 0 < errors[2] < errors[3] == 1.0
    assert kind.written(target) == "the plane was late"
    assert kind.told({"text": "it was", "finished": False}) == "it was…"


def test_one_split_alone_may_have_references() -> None:
    more = [{**row, "references": ["another"]} for row in rows()]
    for train, test in ((rows(), more), (more, rows())):
        task = open_task({"train": train, "test": test})
        found = [len(task.split(name).examples[0].target) for name in ("train", "test")]
        assert found == [1 + ("references" in table[0]) for table in (train, test)]


def test_a_file_without_the_references_is_of_the_same_kind() -> None:
    known = open_task([{**row, "references": ["another"]} for row in rows()]).kind
    task = open_task(rows(), kind=known)
    assert task.kind.references is None
    assert task.split(TRAIN).examples[0].target == ("short 0",)
