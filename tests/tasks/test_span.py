"""The kind span: its columns, its answers, its scores."""

from __future__ import annotations

from typing import Any

import pytest

from crosstask.errors import InputError
from crosstask.tasks import open_task, read_inputs
from crosstask.tasks.answers import Answer
from crosstask.tasks.columns import Columns
from crosstask.tasks.kinds.span import Span
from crosstask.tasks.table import Table
from crosstask.tasks.task import Example, Split

KIND = Span()
ROW = {"question": "what won", "context": "the film won", "answer": "the film"}


def detected(*records: dict[str, Any], **named: str) -> Span | None:
    return Span.detect(Columns.of(Table.of_records(records)), named)


def answered(*answers: str) -> list[dict[str, Any]]:
    return [{**ROW, "answer": answer} for answer in answers]


def test_it_is_told_by_its_three_columns() -> None:
    assert detected(ROW) == KIND
    squad = {"question": "q", "context": "c", "answers": {"text": ["c"], "answer_start": [0]}}
    assert detected(squad) == Span(answer="answers")
    assert detected(*answered("the film", "won", "film")) == KIND


def test_labels_are_no_answers() -> None:
    assert detected(*answered(*["yes", "no"] * 10)) is None
    assert detected({"question": "q", "passage": "p", "label": "yes"}) is None
    assert detected({"question": "q", "answer": "a"}) is None


def test_columns_can_be_named() -> None:
    record = {"q": "what won", "c": "the film won", "a": "film"}
    assert detected(record, question="q", context="c", answer="a") == Span(question="q", context="c", answer="a")
    assert detected(ROW, question="question", context="context") == KIND
    assert detected(ROW, text="question") is None


def test_a_row_becomes_an_example() -> None:
    assert KIND.example(ROW, 3, None) == Example(
        {"question": "what won", "context": "the film won"}, (Answer("the film", 0),), 3
    )


@pytest.mark.parametrize("change", [{"answer": "The Film"}, {"answer": None}, {"question": ""}, {"context": None}])
def test_the_cell_at_fault_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        KIND.example({**ROW, **change}, 3, "a.csv")
    (column,) = change
    assert (caught.value.file, caught.value.row, caught.value.field) == ("a.csv", 3, column)
    assert caught.value.mend


def test_whether_answers_may_be_lacking_is_learned() -> None:
    whole, empty = KIND.example(ROW, 1, None), KIND.example({**ROW, "answer": []}, 2, None)
    assert not KIND.learn({"train": Split([whole]), "test": Split([empty])}).no_answers
    learned = KIND.learn({"train": Split([whole, empty])})
    assert learned.no_answers
    assert learned.learn({"test": Split([whole])}) == learned
    assert [KIND.stratum(example.target) for example in (whole, empty)] == [True, False]


def record(answer: str) -> dict[str, Any]:
    return {"answer": answer, "start": 0, "end": len(answer), "probability": 0.5}


def test_scores_are_means_of_the_best_answer() -> None:
    inputs = {"question": "q", "context": "c"}
    examples = [
        Example(inputs, (Answer("the film", 0), Answer("it", 9))),
        Example(inputs, (Answer("Ann Lee", 0),)),
        Example(inputs, ()),
    ]
    found = KIND.score([record("It"), record("Ann"), record("")], examples).metrics
    values = {name: interval.value for name, interval in found.items()}
    assert values == pytest.approx({"f1": (1 + 2 / 3 + 1) / 3, "exact_match": 2 / 3})
    assert all(0 <= interval.low <= interval.value <= interval.high <= 1 for interval in found.values())


def test_misses_are_told_worst_first() -> None:
    examples = [Example({"question": "q", "context": "c"}, target, 1) for target in [(Answer("Ann Lee", 0),), ()]]
    misses = KIND.misses([record("Ann"), record("Ann")], examples)
    assert [miss.target for miss in misses] == ["no answer", "Ann Lee"]
    assert [miss.predicted for miss in misses] == ["Ann (0.500)"] * 2


def test_a_csv_file_is_opened_and_questions_are_read(tmp_path) -> None:
    file = tmp_path / "faq.csv"
    file.write_text("question,context,answer\nwhat won,the film won,the film\nwho,Ann won,Ann\n谁,李安赢了,李安\n")
    task = open_task(file)
    assert task.kind == KIND
    assert [example.target[0].text for example in task.split("train").examples] == ["the film", "Ann", "李安"]
    (asked,) = read_inputs([("who", "Ann won")], task.kind)
    assert asked == Example({"question": "who", "context": "Ann won"}, None, 1)


def test_a_question_without_its_context_is_told_what_is_missing() -> None:
    with pytest.raises(
        InputError, match="reads question and context: 'context' is missing. Give it as context"
    ) as error:
        read_inputs([{"question": "When?"}], KIND)
    assert error.value.field == "context"


@pytest.mark.parametrize(("name", "split", "rows"), [("squad", "validation", 895), ("xquad_zh", "test", 1190)])
def test_real_questions_are_read(shared_data, name: str, split: str, rows: int) -> None:
    task = open_task(shared_data / name / f"{split}.jsonl.gz")
    assert task.kind == Span(answer="answers")
    assert len(task.split("train")) == rows
