"""The answer to a question, as a part of the text it is asked of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

from crosstask.errors import InputError
from crosstask.tasks.answers import Answer, agreement, answers_cell
from crosstask.tasks.cells import is_scalar, text_cell, written
from crosstask.tasks.columns import Columns
from crosstask.tasks.kind import Kind, Scores
from crosstask.tasks.task import TRAIN, Example, Split
from crosstask.tasks.words import Words

_NAMES = {
    "question": ("question", "query"),
    "context": ("context", "passage", "paragraph", "document"),
    "answer": ("answers", "answer"),
}
_TEXTS = ("article", "text", "content", "source", "story")


class Span(Kind):
    """Inputs `question` and `context`, target `answer`: the texts of the context that answer the question.

    A question may have several right answers, or none in its context, as in SQuAD 2.
    A prediction record is `{"answer", "start", "end", "probability"}` with places in characters of the context; where
    it finds none, the answer is empty and has no places.
    """

    fields: ClassVar[tuple[str, ...]] = ("question", "context", "answer")
    target: ClassVar[str] = "answer"
    metrics: ClassVar[tuple[str, ...]] = ("f1", "exact_match")
    precedence: ClassVar[int] = 10
    measure: ClassVar[str] = "words of the answers"
    windowed: ClassVar[bool] = True
    figures: ClassVar[tuple[str, ...]] = ("no_answers",)
    hub_task: ClassVar[str] = "question-answering"

    question: str = "question"
    """column of the question"""
    context: str = "context"
    """column of the text that holds the answer"""
    answer: str | None = "answer"
    """column of the answer: a text, a list of texts, or SQuAD's answers"""
    no_answers: bool = False
    """whether a context may lack the answer; learned from train"""

    @classmethod
    def detect(cls, columns: Columns, named: Mapping[str, str]) -> Self | None:
        """The kind by named columns, or by well-known names of three columns where the answers are no mere labels.

        A text under another name is the context if the answers stand in it. Question and context alone are asked.
        """
        if not named.keys() <= set(cls.fields):
            return None
        question, context, answer = (named.get(field) or columns.first_known(_NAMES[field]) for field in cls.fields)
        if context is None and question and answer:
            context = _context(columns, question, answer)
        if question is None or context is None:
            return None
        learned = answer is not None and _varied(columns.values[answer])
        asked = {*columns.names} == {question, context}
        if not (named or learned or asked):
            return None
        return cls(question=question, context=context, answer=answer)

    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record; InputError where an answer does not stand in its context."""
        try:
            inputs = {name: text_cell(record.get(column), column, name) for name, column in self.inputs.items()}
            target = self._target(record, inputs["context"])
        except InputError as error:
            raise error.at(file, row) from None
        return Example(inputs, target, row)

    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind with what train shows: whether there are questions without an answer."""
        shown = splits[TRAIN].examples if TRAIN in splits else ()
        return self.model_copy(update={"no_answers": self.no_answers or any(not example.target for example in shown)})

    @property
    def space(self) -> tuple[str, ...]:
        """Empty: the outputs stand for places in the text."""
        return ()

    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """SQuAD's F1 of words and exact match, means over rows of the best with any right answer."""
        from crosstask.evidence.row_bootstrap import bootstrap_rows

        pairs = zip(predictions, examples, strict=True)
        agreed = [(*agreement(record["answer"], _texts(example.target)), 1.0) for record, example in pairs]
        return Scores(
            len(examples),
            {
                "f1": bootstrap_rows(agreed, lambda sums: sums[..., 1] / sums[..., 2], seed=seed),
                "exact_match": bootstrap_rows(agreed, lambda sums: sums[..., 0] / sums[..., 2], seed=seed),
            },
        )

    def error(self, record: Mapping[str, Any], target: Sequence[Answer]) -> float:
        """What its F1 of words lacks."""
        return 1.0 - agreement(record["answer"], _texts(target))[1]

    def told(self, record: Mapping[str, Any]) -> str:
        """The answer with its probability."""
        return f"{record['answer'] or 'no answer'} ({record['probability']:.3f})"

    def written(self, target: Sequence[Answer]) -> str:
        """The right answers."""
        return " | ".join(dict.fromkeys(_texts(target))) or "no answer"

    def measured(self, target: Sequence[Answer]) -> float:
        """The words of the first right answer, 0 where there is none."""
        return float(len(Words.of(target[0].text).places)) if target else 0.0

    def stratum(self, target: Sequence[Answer]) -> bool:
        """Whether there is an answer."""
        return bool(target)

    def _target(self, record: Mapping[str, Any], context: str) -> tuple[Answer, ...] | None:
        return None if self.answer is None else answers_cell(record.get(self.answer), self.answer, context)


def _texts(target: Sequence[Answer]) -> list[str]:
    return [answer.text for answer in target]


def _context(columns: Columns, question: str, answer: str) -> str | None:
    """The column of some text in which most of the answers stand."""
    context = columns.first_known(_TEXTS, but=[question, answer])
    told = [] if context is None else columns.together(context, answer)
    stand = [isinstance(text, str) and isinstance(part, str) and part in text for text, part in told]
    return context if 2 * sum(stand) > len(stand) else None


def _varied(values: Sequence[Any]) -> bool:
    """Whether values are no labels: lists or mappings, or texts of which a table has more than a few."""
    if not all(map(is_scalar, values)):
        return True
    return len({written(value) for value in values}) > min(len(values) - 1, max(2, len(values) // 10))
