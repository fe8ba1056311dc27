"""A loaded bundle: predict, evaluate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crosstask.disk import locked
from crosstask.errors import ConfigError, InputError, NotFound, OutputError, nearest
from crosstask.serving.evaluation import Evaluation
from crosstask.serving.learned import LearnedTask
from crosstask.serving.prediction import Prediction
from crosstask.tasks import open_task, read_inputs
from crosstask.tasks.task import TEST, Example, Split

if TYPE_CHECKING:
    import numpy as np

    from crosstask.models.bundle_record import BundleRecord
    from crosstask.models.model import MultiTaskModel
    from crosstask.training.lesson import Lesson
    from crosstask.training.runtime import Runtime


@dataclass(frozen=True, eq=False)
class Bundle:
    """A model with the tasks it has learned, ready to be asked.

    `tasks` holds what it learned by name, `record` how it came to be and what was measured; `path` is the folder it
    stands in, None where it was not saved.
    """

    path: Path | None
    record: BundleRecord = field(repr=False)
    tasks: Mapping[str, LearnedTask] = field(repr=False)
    model: MultiTaskModel = field(repr=False)
    runtime: Runtime = field(repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The label names of the only task, in the order of the columns of `predict_proba`."""
        return self.learned().labels

    def learned(self, head: str | None = None) -> LearnedTask:
        """The learned task of this name; it may be left out where the bundle has one."""
        if head is None and len(self.tasks) == 1:
            return next(iter(self.tasks.values()))
        if head is None:
            names = ", ".join(self.tasks)
            raise ConfigError(
                f"the bundle has {len(self.tasks)} heads: {names}", field="head", mend="Name one of them."
            )
        if head not in self.tasks:
            raise NotFound(f"the bundle has no head '{head}'", field="head", mend=nearest(head, self.tasks))
        return self.tasks[head]

    def predict(self, inputs: Any, head: str | None = None) -> list[Prediction]:
        """The answer to each row, in the rows' order; `head` names the learned task to ask.

        `inputs` are texts, tuples of two texts for a task on pairs, or mappings by field or column, in any iterable; a
        DataFrame, a column of texts, or the `Path` of a file; one text or mapping may stand alone. InputError names the
        row that does not fit the task.
        """
        learned = self.learned(head)
        rows = _rows(inputs)
        nothing = isinstance(rows, Sized) and not len(rows)
        return [] if nothing else self.predict_examples(read_inputs(rows, learned.task.kind), learned)

    def stream(self, text: Any, head: str | None = None) -> Iterator[str]:
        """The text that answers one row, piece by piece as it is written; ConfigError where the head writes none."""
        learned = self.learned(head)
        if not learned.objective.writes_text:
            message = f"'{learned.task.name}' is no task of writing texts"
            raise ConfigError(message, field="head", mend="Use predict.")
        examples = read_inputs(_rows(text), learned.task.kind)
        if len(examples) > 1:
            raise InputError(f"{len(examples)} rows are given, and one is answered", mend="Give them one by one.")
        return self.stream_example(examples[0], learned)

    def stream_example(self, example: Example, learned: LearnedTask) -> Iterator[str]:
        """The text with which a learned task answers one example, piece by piece."""
        from crosstask.training.inference import written

        return written(learned.objective.stream(learned.task.kind, example, self.model.trunk), self.runtime)

    def cuts(self, examples: Sequence[Example], learned: LearnedTask) -> list[int]:
        """The tokens that each example loses to the maximum length."""
        return self._lesson(examples, learned).cuts

    def predict_proba(self, inputs: Any, head: str | None = None) -> np.ndarray:
        """Probabilities [rows, labels] in the order of `labels`; ConfigError for a task without a label space."""
        import numpy as np

        learned = self.learned(head)
        if not learned.labels:
            message = f"'{learned.task.name}' has no labels to give probabilities of"
            raise ConfigError(message, field="head", mend="Use predict.")
        rows = [[*found.probabilities.values()] for found in self.predict(inputs, head)]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(learned.labels))

    def evaluate(self, source: Any, split: str = TEST, head: str | None = None, seed: int = 0) -> Evaluation:
        """Score one split of a task given by file, folder, DataFrame or rows, with `head`, a learned task by name.

        A file that is one table is the split. Reading a test split is recorded in the bundle's folder. InputError
        where a row has a label that the bundle has not learned.
        """
        learned = self.learned(head)
        given = open_task(source, split=split, kind=learned.task.kind)
        rows = given.split(split)
        learned.task.kind.require_targets(rows)
        examples = rows.examples
        recorded = self.path if split == TEST else None
        if recorded:
            _check_recordable(recorded)
        predictions = self.predict_examples(examples, learned)
        scores, misses = learned.score(predictions, examples, seed), learned.misses(predictions, examples)
        cut = self.truncation([prediction.cut for prediction in predictions])
        evaluation = Evaluation(given.name, split, scores, misses, cut, trained_on=self.trained_on(rows))
        if recorded:
            _record_reading(recorded, evaluation, rows.fingerprint)
        return evaluation

    def trained_on(self, rows: Split) -> str | None:
        """Which of the splits that made the bundle `rows` are, such as `train`; None where they are none of them."""
        seen = [item for splits in self.record.data.values() for item in splits.items() if item[0] != TEST]
        return next((name for name, fingerprint in seen if fingerprint == rows.fingerprint), None)

    def predict_examples(self, examples: Sequence[Example], learned: LearnedTask) -> list[Prediction]:
        """The predictions of a learned task for examples of its kind."""
        if not examples:
            return []
        from crosstask.training.inference import outputs

        lesson = self._lesson(examples, learned)
        return learned.decode(outputs(self.model, lesson, self.runtime), lesson.cuts)

    def truncation(self, cuts: Sequence[int]) -> str | None:
        """A sentence on the tokens that rows lost (each prediction's `cut`); None where nothing was cut."""
        from crosstask.training.lesson import cut_sentence

        return cut_sentence(cuts, self.model.trunk.text.max_length)

    def _lesson(self, examples: Sequence[Example], learned: LearnedTask) -> Lesson:
        from crosstask.training.lesson import Lesson

        return Lesson.of_examples(learned.task, examples, learned.objective, self.model.trunk.text)


def load(path: str | Path, device: str = "auto") -> Bundle:
    """Open a bundle after checking the hash of every file in it; BundleError where one differs."""
    from crosstask.models.bundle import read_bundle
    from crosstask.models.parts import merge_parts
    from crosstask.training.runtime import Runtime

    contents = read_bundle(path)
    merge_parts(contents.model)  # answers come faster, and nothing is trained on
    runtime = Runtime.make(device)
    tasks = {name: LearnedTask.of(description) for name, description in contents.tasks.items()}
    return Bundle(Path(path), contents.record, tasks, contents.model.to(runtime.device).eval(), runtime)


def _rows(inputs: Any) -> Any:
    """One text or row as a list of one; a column of texts (a Series, an array) or any other iterable as a list."""
    if isinstance(inputs, str | Mapping):
        return [inputs]
    if hasattr(inputs, "tolist"):
        return inputs.tolist()
    whole = isinstance(inputs, Sequence) or hasattr(inputs, "columns") or hasattr(inputs, "column_names")
    return list(inputs) if isinstance(inputs, Iterable) and not whole else inputs


def _check_recordable(path: Path) -> None:
    """OutputError where the bundle cannot be written to: found out before rows are scored, not after."""
    _record(path)


def _record_reading(path: Path, evaluation: Evaluation, fingerprint: str) -> None:
    """Write into the bundle that this test split is no longer unseen; OutputError where that cannot be written."""
    from crosstask.models.bundle_record import reading_of_test

    metrics = {name: interval.to_json() for name, interval in evaluation.metrics.items()}
    _record(path, reading_of_test(evaluation.task, fingerprint, evaluation.scores.rows, metrics))


def _record(path: Path, *readings: Mapping[str, Any]) -> None:
    """Add readings to those that the bundle's record holds by now; of two processes, one waits for the other."""
    from crosstask.models.bundle import read_record, update_record

    try:
        with locked(path / ".record.lock"):
            record = read_record(path)
            for reading in readings:
                record = record.with_test_read(reading)
            update_record(path, record)
    except OSError as error:
        raise OutputError(f"cannot be written: {error.strerror}", file=path, mend="Check its permissions.") from None
