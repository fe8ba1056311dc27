"""Answer rows with a bundle: labels, scores, entities, spans or texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import BeforeValidator

from crosstask.command import command_line
from crosstask.errors import ConfigError, InputError, OutputError
from crosstask.registry import parse_spec
from crosstask.step import Result, Step, planned
from crosstask.ui import Ui, counted

if TYPE_CHECKING:
    from crosstask.serving.bundle import Bundle
    from crosstask.serving.learned import LearnedTask
    from crosstask.serving.prediction import Prediction
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Example

_BATCH = 256


def _as_texts(value: Any) -> Any:
    """One text as a tuple of one; a column of texts (a Series, an array) as a list."""
    if isinstance(value, str):
        return (value,)
    return value.tolist() if hasattr(value, "tolist") else value


class Predict(Step):
    """Answer rows with a bundle: labels, scores, entities, spans or texts.

    Texts come from the command line, from a file, or line by line from standard input. Where the first of them is a
    JSON object, all must be objects with the task's fields, as rows of several fields have to be; else none may be one.
    The answers are JSON lines in the order of the rows, each with the number of its row and all that the task's kind
    says of it, such as the probability of every label. At a terminal, texts appear as they are written. Blank lines of
    standard input count and have no answer.
    """

    positional: ClassVar[tuple[str, ...]] = ("bundle", "texts")

    bundle: Path
    """The folder of the bundle."""
    texts: Annotated[tuple[str, ...] | None, BeforeValidator(_as_texts)] = None
    """The texts to predict; without them and without --input, standard input is read."""
    input: Path | None = None
    """A file of rows to predict, with the columns of the task."""
    head: str | None = None
    """The name of the learned task to ask, where the bundle has several."""
    out: Path | None = None
    """A file for the answers, instead of standard output."""
    overwrite: bool = False
    """Replace the file at --out."""

    def run(self, ui: Ui) -> Result:
        """Open the bundle and answer batch by batch; the value is an iterator of predictions, or the path of `out`."""
        from crosstask.serving.bundle import load

        self._check_out()
        bundle = load(self.bundle, self.device)
        predictions = self._predictions(bundle, ui)
        answers = (found.to_json() for found in predictions)
        if self.out is None:
            return Result(predictions, lines=answers, pieces=self._pieces(bundle, ui))
        return _written(self.out, answers)

    def plan(self, ui: Ui) -> Result:
        """Say what would be predicted, for how long, with how much memory, and where the answers would go."""
        from crosstask.runs.forecast import program_memory
        from crosstask.serving.bundle import load
        from crosstask.serving.forecast import answering

        self._check_out()
        if self.out is not None and not self.out.parent.is_dir():
            raise OutputError("cannot be written: its folder is not there", file=self.out, mend="Choose another --out.")
        bundle = load(self.bundle, self.device)
        learned = bundle.learned(self.head)
        writing = f"write the answers to {self.out or 'standard output'}"
        if self.input is None and self.texts is None:
            predicting = f"predict the lines of standard input with {self.bundle}"
            return planned([predicting, writing], untimed="the lines are not read yet", memory=program_memory())
        examples = list(self._examples(learned.task.kind, ui))
        expected = answering(bundle, learned, examples)
        predicting = f"predict {counted(len(examples), 'row')} with {self.bundle}"
        return planned([predicting, writing], seconds=expected.seconds, memory=expected.memory)

    def _check_out(self) -> None:
        from crosstask.serving.lines import check_out

        if self.out is not None:
            table = [] if self.input is None else [self.input, Path(parse_spec(str(self.input))[0])]
            check_out(self.out, overwrite=self.overwrite, sources=[self.bundle, *table])

    def _predictions(self, bundle: Bundle, ui: Ui) -> Iterator[Prediction]:
        learned = bundle.learned(self.head)
        cuts: list[int] = []
        for examples in _batches(self._examples(learned.task.kind, ui)):
            found = bundle.predict_examples(examples, learned)
            cuts += [prediction.cut for prediction in found]
            yield from found
        _tell_cuts(bundle, cuts, ui)

    def _pieces(self, bundle: Bundle, ui: Ui) -> Iterator[str] | None:
        """The answers as they are written, a line each; None where the task's answers are no texts."""
        learned = bundle.learned(self.head)
        return self._streamed(bundle, learned, ui) if learned.objective.writes_text else None

    def _streamed(self, bundle: Bundle, learned: LearnedTask, ui: Ui) -> Iterator[str]:
        cuts: list[int] = []
        for example in self._examples(learned.task.kind, ui):
            cuts += bundle.cuts([example], learned)
            yield from chain(bundle.stream_example(example, learned), "\n")
        _tell_cuts(bundle, cuts, ui)

    def _examples(self, kind: Kind, ui: Ui) -> Iterator[Example]:
        from crosstask.serving.lines import STANDARD_INPUT, examples, standard_input

        if self.input is not None and self.texts:
            raise ConfigError("both texts and a file are given", field="input", mend="Give one of them.")
        if self.input is not None:
            return iter(self._read(self.input, kind, ui))
        if self.texts is not None:
            return examples(enumerate(self.texts, start=1), kind)
        return examples(standard_input(ui), kind, STANDARD_INPUT)

    def _read(self, file: Path, kind: Kind, ui: Ui) -> list[Example]:
        from crosstask.tasks import read_inputs

        if file.suffix.lower() == ".txt":
            mend = f"Pipe it to standard input: {command_line('predict', self.bundle)} < {quote(str(file))}."
            raise InputError("is no table", file=file, mend=mend)
        return read_inputs(file, kind, ui=ui)


def _tell_cuts(bundle: Bundle, cuts: Sequence[int], ui: Ui) -> None:
    if told := bundle.truncation(cuts):
        ui.note(told)


def _batches(examples: Iterator[Example]) -> Iterator[list[Example]]:
    while batch := list(islice(examples, _BATCH)):
        yield batch


def _written(out: Path, answers: Iterator[dict[str, Any]]) -> Result:
    from crosstask.serving.lines import write_json_lines

    count = write_json_lines(out, answers)
    record = {"out": str(out), "rows": count}
    return Result(out, record, show=lambda ui: ui.note(f"{counted(count, 'prediction')} written to {out}"))
