"""The contract of a task kind: its columns, its checks, its metrics."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from crosstask.evidence.interval import Interval
from crosstask.method import Method
from crosstask.registry import Registry

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


class Kind(Method):
    """A kind of task as a value: which columns it reads, its label space, how it is scored.

    A new kind is one file in `tasks/kinds/` with one subclass; the conformance tests run it at once.
    """

    @classmethod
    @abstractmethod
    def detect(cls, columns: Columns, named: Mapping[str, str]) -> Self | None:
        """The kind with its columns filled in from `named` and from what the columns hold; None where it does not fit."""

    @property
    @abstractmethod
    def columns(self) -> Mapping[str, str]:
        """Field name -> column name in the file: inputs first, then the target."""

    @abstractmethod
    def example(self, record: Mapping[str, Any], row: int, file: str | None) -> Example:
        """The example of one record; InputError with row and field where a cell is null or of the wrong form."""

    @abstractmethod
    def learn(self, splits: Mapping[str, Split]) -> Self:
        """The kind with its label space learned from the train split, after checking every split against it."""

    @property
    @abstractmethod
    def primary_metric(self) -> str:
        """The metric that chooses between checkpoints; larger is better."""

    @abstractmethod
    def score(self, predictions: Sequence[Any], examples: Sequence[Example], seed: int = 0) -> Scores:
        """Metrics with intervals over rows, from prediction records in the examples' order."""


KINDS: Registry[Kind] = Registry("task kind", "crosstask.tasks.kinds", "crosstask.kinds")
