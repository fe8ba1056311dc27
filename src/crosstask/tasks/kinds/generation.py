"""A text for a text, or the next turn of a dialogue: summaries, translations, answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any, ClassVar, Self

from crosstask.errors import InputError
from crosstask.tasks.cells import is_scalar, text_cell, written
from crosstask.tasks.columns import HALF, LABELS, Columns, agree
from crosstask.tasks.kind import Kind, Scores
from crosstask.tasks.list_cells import list_cell
from crosstask.tasks.task import Example, Split
from crosstask.tasks.turns import Turns, are_turns, turns_cell
from crosstask.tasks.words import Words

_TEXTS = (
    ("source", "target"),
    ("document", "summary"),
    ("article", "summary"),
    ("article", "highlights"),
    ("dialogue", "summary"),
    ("text", "summary"),
    ("prompt", "completion"),
    ("prompt", "response"),
    ("instruction", "output"),
    ("instruction", "response"),
)
_ASKED = (("input", "output"), ("question", "answer"), ("question", "response"))
"""Texts to be written too, unless a label stands beside them: it judges them then."""
_DIALOGUES = ("messages", "conversation", "conversations")
_REFERENCES = "references"
_WORDS_OF_A_LABEL = 6  # on average at most; texts that come again and again have more


class Generation(Kind):
    """Input `source`, a text, or `messages`, the turns of a dialogue; target `output`, a text.

    Where one column holds messages and output, the last turn is the target, and the assistant's. `references` are more
    right texts: a target is the tuple of all of them, of which the first is learned, and each counts in scores.
    A prediction record is `{"text": str, "finished": bool}`: whether the text came to its end or was cut short.
    """

    fields: ClassVar[tuple[str, ...]] = ("source", "messages", "references", "output")
    target: ClassVar[str] = "output"
    metrics: ClassVar[tuple[str, ...]] = ("rouge_l", "chrf", "exact_match")
    precedence: ClassVar[int] = 30
    one_answer: ClassVar[bool] = False
    measure: ClassVar[str] = "words of the texts to be written"
    hub_task: ClassVar[str] = "text-generation"
    hub_metrics: ClassVar[Mapping[str, str]] = {"rouge_l": "rouge"}

    source: str | None = "source"
    """column of the text"""
    messages: str | None = None
    """column of the turns of a dialogue, which stand in the place of a text"""
    references: str | None = None
    """column of more right texts, a list"""
    output: str | None = "target"
    """column of the text to be written"""

    @classmethod
    def detect(cls, columns: Columns, named: Mapping[str, str]) -> Self | None:
        """The kind by named columns, by a column of turns, or by well-known names of two columns of varied texts."""
        if not named.keys() <= set(cls.fields):
            return None
        source, messages, output = _detected(columns, named)
        if source is None and messages is None:
            return None
        references = named.get("references") or columns.first_known([_REFERENCES], but=[source, messages, output])
        return cls(source=source, messages=messages, references=references, output=output)

    @property
    def inputs(self) -> Mapping[str, str]:
        """The column of the text or of the turns; references are no input."""
        return {name: column for name, column in self.columns.items() if name in ("source", "messages")}

    def without_target(self) -> Self:
        """The same kind for a file without right texts."""
        return self.model_copy(update={"output": None, "references": None})

    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record; without a target, messages lose a last turn that is the assistant's."""
        try:
            inputs, answer = self._read(record)
            target = None if self.output is None else tuple(dict.fromkeys([*answer, *self._more(record)]))
        except InputError as error:
            raise error.at(file, row) from None
        return Example(inputs, target, row)

    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind as it is: texts have no label space."""
        return self

    @property
    def space(self) -> tuple[str, ...]:
        """Empty: the outputs stand for tokens."""
        return ()

    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """ROUGE-L and exact match, means over rows; chrF2 over all rows together. Each with the best right text."""
        from crosstask.evidence.row_bootstrap import bootstrap_rows
        from crosstask.tasks.overlap import chrf, chrf_counts, exact_match, rouge_l

        texts, right = [record["text"] for record in predictions], [example.target for example in examples]
        pairs = list(zip(texts, right, strict=True))
        means = {"rouge_l": rouge_l, "exact_match": exact_match}
        found = {
            name: bootstrap_rows(
                [(measure(*pair), 1) for pair in pairs], lambda sums: sums[..., 0] / sums[..., 1], seed=seed
            )
            for name, measure in means.items()
        }
        found["chrf"] = bootstrap_rows(chrf_counts(texts, right), chrf, seed=seed)
        return Scores(len(examples), {name: found[name] for name in self.metrics})

    def error(self, record: Mapping[str, Any], target: Sequence[str]) -> float:
        """What its ROUGE-L lacks; 0 for an exact match."""
        from crosstask.tasks.overlap import exact_match, rouge_l

        return 0.0 if exact_match(record["text"], target) else 1.0 - rouge_l(record["text"], target)

    def told(self, record: Mapping[str, Any]) -> str:
        """The text, with an ellipsis where it was cut short."""
        text: str = record["text"]
        return text if record["finished"] else f"{text}…"

    def written(self, target: Sequence[str]) -> str:
        """The text that is learned."""
        return target[0]

    def measured(self, target: Sequence[str]) -> float:
        """The words of the text that is learned."""
        return float(len(Words.of(target[0]).places))

    def _read(self, record: Mapping[str, Any]) -> tuple[dict[str, Any], Sequence[str]]:
        """The inputs of a record, and the right texts beside its references."""
        column = None if self.output == self.messages else self.output
        right = [] if column is None else _texts_cell(record.get(column), column)
        if self.messages is None:
            source = self.source or "source"
            return {"source": text_cell(record.get(source), source)}, right
        turns, last = self._turns(turns_cell(record.get(self.messages), self.messages), self.messages)
        return {"messages": turns}, right or last

    def _turns(self, turns: Turns, column: str) -> tuple[Turns, Sequence[str]]:
        """The turns that are read, and the answer among them where no other column holds it."""
        answer: list[str] = []
        if self.output in (None, column) and turns[-1]["role"] == "assistant":
            turns, answer = turns[:-1], [turns[-1]["content"]]
        elif self.output == column:
            message = f"the last turn is the {turns[-1]['role']}'s where the assistant's is to be learned"
            raise InputError(message, field=column, mend="End each row with a turn of the assistant.")
        if not turns or turns[-1]["role"] != "user":
            message = "no turn of the user stands last before the answer"
            raise InputError(message, field=column, mend="Let a user speak there, or delete the row.")
        return turns, answer

    def _more(self, record: Mapping[str, Any]) -> Sequence[str]:
        """The references of a record; rows may lack them, and so may whole files: often a test split alone has some."""
        column = self.references or _REFERENCES
        cell = None if column in (self.source, self.output) else record.get(column)
        return [] if cell is None else _texts_cell(list_cell(cell, column), column)


def _texts_cell(value: Any, column: str) -> list[str]:
    """The one text of a cell, or the texts of its list."""
    plain = value.tolist() if hasattr(value, "tolist") else value
    texts = plain if isinstance(plain, list | tuple) else [plain]
    return [text_cell(text, column, "text to be written") for text in texts or [None]]


def _detected(columns: Columns, named: Mapping[str, str]) -> tuple[str | None, str | None, str | None]:
    """The columns of source, messages and output; neither source nor messages where they cannot be told."""
    source, messages, output = (named.get(field) for field in ("source", "messages", "output"))
    if source is None:
        messages = messages or _dialogue(columns)
    if messages is not None:
        return None, messages, output or messages
    pairs = [pair for pair in _pairs(columns) if source in (None, pair[0]) and output in (None, pair[1])]
    found = next((pair for pair in pairs if named or _varied(columns.values[pair[1]])), (source, output))
    return found[0], None, found[1]


def _dialogue(columns: Columns) -> str | None:
    """The column of turns, right or wrong: it bears a well-known name, and few of its cells are plain texts."""
    column = columns.first_known(_DIALOGUES)
    return column if column and agree(columns.values[column], are_turns, HALF) else None


def _pairs(columns: Columns) -> list[tuple[str, str]]:
    words = _TEXTS if columns.first_known(LABELS) else (*_TEXTS, *_ASKED)
    found = ((columns.first_known([one]), columns.first_known([two])) for one, two in words)
    return [(one, two) for one, two in found if one is not None and two is not None]


def _varied(values: Sequence[Any]) -> bool:
    """Whether values are texts and no labels or numbers: lists, sentences, or more kinds of them than a label has."""
    if not values or not all(map(is_scalar, values)):
        return True
    distinct = {written(value) for value in values}
    few = min(len(values) - 1, max(2, len(values) // 2))
    long = fmean(len(Words.of(text).places) for text in distinct) > _WORDS_OF_A_LABEL
    return (long or len(distinct) > few) and any(map(str.isalpha, "".join(distinct)))
