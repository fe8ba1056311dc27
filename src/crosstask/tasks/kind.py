"""The contract of a task kind: its columns, its checks, its metrics."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Self

from crosstask.errors import InputError
from crosstask.evidence.interval import Interval
from crosstask.method import Method
from crosstask.registry import Registry
from crosstask.tasks.cells import on_one_line

if TYPE_CHECKING:
    from crosstask.tasks.columns import Columns
    from crosstask.tasks.task import Example, Split


@dataclass(frozen=True)
class Scores:
    """What a kind says of predictions: metrics with intervals, and tables for people.

    `tables` maps a title ("per label", "confusion") to rows of plain values, the header row first.
    """

    rows: int
    metrics: Mapping[str, Interval]
    tables: Mapping[str, Sequence[Sequence[Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Miss:
    """A row that was answered wrongly: what was asked, expected and said; the larger `error`, the worse."""

    row: int | None
    text: str
    target: str
    predicted: str
    error: float

    def to_json(self) -> dict[str, Any]:
        """Plain JSON of every field."""
        return {name: getattr(self, name) for name in self.__slots__}


class Kind(Method):
    """A kind of task as a value: which columns it reads, its label space, how it is scored.

    A new kind is one file in `tasks/kinds/` with one subclass; the conformance tests run it at once. Beside others
    it has an option for each of its `fields`: the name of the column that fills it, None where no column does.
    """

    fields: ClassVar[tuple[str, ...]]
    """What examples are made of, inputs first."""
    target: ClassVar[str]
    """The field that holds the answer."""
    metrics: ClassVar[tuple[str, ...]]
    """What `score` measures, the primary metric first."""
    precedence: ClassVar[int]
    """Where several kinds could read a table, it is of the one with the least: what asks for more comes first."""
    classed: ClassVar[bool] = False
    """Whether each target is one class of the label space, so that rows can be drawn class by class."""
    one_answer: ClassVar[bool] = True
    """Whether an input has one right target: rows with the same input and other targets are then in conflict."""
    counted: ClassVar[str] = "rows"
    """What is counted by the names of `named`: the rows that bear a label, or the spans."""
    fair: ClassVar[str] = "the scores of each label"
    """What to read where some names are far more frequent than others."""
    measure: ClassVar[str] = ""
    """What `measured` tells of targets, for people; empty where they are counted by names."""
    label_names: ClassVar[str] = "labels"
    """The option that holds the names of a declared label space."""
    windowed: ClassVar[bool] = False
    """Whether long texts are read in windows that overlap, and not cut, whatever is chosen."""
    figures: ClassVar[tuple[str, ...]] = ()
    """The options that `learn` fills with what the train targets come to; where rows are drawn, those of the drawn."""
    hub_task: ClassVar[str]
    """What the hub calls tasks of this kind."""
    hub_metrics: ClassVar[Mapping[str, str]] = {}
    """What the hub calls a metric, where that is not its name here."""

    @classmethod
    @abstractmethod
    def detect(cls, columns: Columns, named: Mapping[str, str]) -> Self | None:
        """The kind with its columns filled in from `named` (field -> column) and from what the columns hold.

        None where the inputs cannot be told; the target is None where it cannot be told.
        """

    @classmethod
    def options(cls) -> tuple[str, ...]:
        """The options that a user may set: no columns, and nothing that is learned from train alone."""
        return tuple(name for name in cls.model_fields if name not in (*cls.fields, *cls.figures))

    @abstractmethod
    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record; InputError with row and field where a cell is null or of the wrong form.

        Where the kind has no target column, the example has no target.
        """

    def example_of_text(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of a record whose one input is a text as people write it, and no cell of a table."""
        return self.example(record, row, file)

    @abstractmethod
    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind with its label space learned from the train split, after checking every split against it.

        A label space already known stays as it is, and all splits are checked against it.
        """

    def of_draw(self, splits: Mapping[str, Split]) -> Self:
        """The kind after rows were drawn from train: its figures are those of the drawn rows, its label space stays."""
        if not self.figures:
            return self
        unlearned = {name: type(self).model_fields[name].default for name in self.figures}
        return self.model_copy(update=unlearned).learn(splits)

    def require_shown(self, splits: Mapping[str, Split]) -> None:
        """Refuse rows of a declared label space that train never shows: they cannot be learned. Most have none."""

    @property
    def needs_targets(self) -> bool:
        """Whether each train row has to tell its target; where not, rows without one say how texts look."""
        return True

    def require_targets(self, split: Split, besides: str = "") -> None:
        """InputError with the first row that has no target, and what to mind besides."""
        for example in split.examples:
            if example.target is None:
                message = f"the {self.target} {'are' if self.target.endswith('s') else 'is'} missing"
                mend = f"Fill it in or delete the row.{besides}"
                field = self.columns.get(self.target, self.target)
                raise InputError(message, file=split.file, row=example.row, field=field, mend=mend)

    def require_taught(self, train: Split) -> None:
        """Refuse train rows that cannot be trained on."""
        self.require_targets(train)

    @abstractmethod
    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """Metrics with intervals over rows, from prediction records in the examples' order."""

    @abstractmethod
    def error(self, record: Mapping[str, Any], target: Any) -> float:
        """How wrong a prediction record is: 0 where it is right, more where it is worse."""

    @abstractmethod
    def told(self, record: Mapping[str, Any]) -> str:
        """The answer of a prediction record, as people read it."""

    def probability(self, record: Mapping[str, Any]) -> float | None:
        """How sure a prediction record is of its answer; None where it tells no one probability."""
        return record.get("probability")

    @abstractmethod
    def written(self, target: Any) -> str:
        """A target, as people read it."""

    def named(self, target: Any) -> tuple[str, ...]:
        """The names that a target bears, for counting them; none where targets have no names."""
        return ()

    def measured(self, target: Any) -> float | None:
        """A number that tells how targets spread: a score itself, the words of a text; None where they have names."""
        return None

    def stratum(self, target: Any) -> Hashable:
        """What a held-out split holds in proportion; the same for all where targets are no classes."""
        return None

    def misses(self, predictions: Sequence[Mapping[str, Any]], examples: Sequence[Example]) -> tuple[Miss, ...]:
        """Every row that is not right, the worst first, equals in the rows' order."""
        found = [
            Miss(example.row, on_one_line(example.texts), self.written(example.target), self.told(record), error)
            for record, example in zip(predictions, examples, strict=True)
            if (error := self.error(record, example.target)) > 0
        ]
        return tuple(sorted(found, key=lambda miss: -miss.error))

    @property
    @abstractmethod
    def space(self) -> tuple[str, ...]:
        """What the outputs of a head stand for, in order: heads of equal spaces can stand in for each other.

        Empty where they stand for no names: a number, a place in the text, a text.
        """

    @property
    def primary_metric(self) -> str:
        """The metric that chooses between checkpoints; larger is better."""
        return self.metrics[0]

    @property
    def columns(self) -> Mapping[str, str]:
        """Field name -> column name in the file: inputs first, then the target where there is one."""
        columns = {name: getattr(self, name) for name in self.fields}
        return {name: column for name, column in columns.items() if column is not None}

    @property
    def inputs(self) -> Mapping[str, str]:
        """Field name -> column name of the inputs alone."""
        return {name: column for name, column in self.columns.items() if name != self.target}

    def without_target(self) -> Self:
        """The same kind for a file without answers."""
        return self.model_copy(update={self.target: None})


KINDS: Registry[Kind] = Registry("task kind", "crosstask.tasks.kinds", "crosstask.kinds")
