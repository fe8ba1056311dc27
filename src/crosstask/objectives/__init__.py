"""Objectives: a way to learn a kind with a trunk. One file a way, named KIND_WAY."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from crosstask.errors import NotFound, nearest
from crosstask.method import Method
from crosstask.registry import Registry, parse_spec

if TYPE_CHECKING:
    import numpy as np
    import torch

    from crosstask.models.head import Head
    from crosstask.models.model import MultiTaskModel
    from crosstask.models.text_encoder import Encoding, TextEncoder
    from crosstask.models.tokens import Tokens
    from crosstask.models.trunk import Trunk
    from crosstask.tasks.kind import Kind
    from crosstask.tasks.task import Example


NO_TARGET = -100
"""A target that counts in no loss: the number that torch's own losses leave out."""


@dataclass(frozen=True, slots=True)
class Features:
    """What the model reads of an example: its tokens, its target (None where there is none), its weight in the loss.

    `row` is the place of the example among those encoded: a long text read in windows makes several features. Where it
    is asked, the model reads the tokens of its encoding; to train on it, so many `sequences`, of `longest` tokens at
    most: the encoding as it is, if not said.
    """

    encoding: Encoding
    target: Any = None
    weight: float = 1.0
    row: int = 0
    sequences: int = 1
    longest: int | None = None

    @property
    def sequence_length(self) -> int:
        """Tokens of the longest sequence that training reads."""
        return len(self.encoding.ids) if self.longest is None else self.longest


@dataclass(frozen=True)
class Batch:
    """Features padded together: `targets` as the objective shapes them, `weights` [batch]."""

    tokens: Tokens
    targets: torch.Tensor
    weights: torch.Tensor

    def to(self, device: torch.device) -> Batch:
        """The same batch on `device`."""
        if self.weights.device == device:
            return self
        return replace(
            self,
            tokens=self.tokens.to(device),
            targets=self.targets.to(device, non_blocking=True),
            weights=self.weights.to(device, non_blocking=True),
        )


@dataclass(frozen=True)
class Outputs:
    """What a model made of examples: one array of `values` for each of the `features`, padding left out.

    `text` is what encoded them, for values that are tokens.
    """

    examples: Sequence[Example]
    features: Sequence[Features]
    values: Sequence[np.ndarray]
    text: TextEncoder | None = None

    def by_row(self) -> Iterator[tuple[Example, list[tuple[Features, np.ndarray]]]]:
        """Each example with its features and their values, in the examples' order."""
        windows: list[list[tuple[Features, np.ndarray]]] = [[] for _ in self.examples]
        for features, values in zip(self.features, self.values, strict=True):
            windows[features.row].append((features, values))
        return zip(self.examples, windows, strict=True)

    def mean(self) -> np.ndarray:
        """The mean over each example's windows, [rows, ...], for values of one shape."""
        import numpy as np

        return np.array([np.mean([values for _, values in windows], axis=0) for _, windows in self.by_row()])


Reader = Callable[[Batch], "list[torch.Tensor]"]
"""From a batch to the outputs of each of its features, padding left out."""


class Objective(Method):
    """Turns a kind's examples into features, outputs into a loss, and outputs into prediction records.

    It knows tasks and tensors, and nothing of the loop. A new way is one file here.
    """

    answers_untrained: ClassVar[bool] = False
    """Whether a model answers so before any step: its head brings no random weights."""

    @property
    def most_new_tokens(self) -> int:
        """Tokens that the texts kept side by side for one answer may have; none where answers are no texts."""
        return 0

    @property
    def writes_text(self) -> bool:
        """Whether an answer is a text that is written token by token, which takes long."""
        return self.most_new_tokens > 0

    @property
    def calibration_rows(self) -> int:
        """Train rows that `prepare` asks for at most."""
        return 0

    @abstractmethod
    def head(self, kind: Kind, trunk: Trunk) -> Head:
        """A fresh head for `kind` on `trunk`; ConfigError where the trunk cannot carry it."""

    def prepare(self, model: MultiTaskModel, task: str, ask: Callable[[int], Outputs]) -> None:
        """Set what the head of `task` is to know of the trunk before anything trains, where it is fresh.

        `ask(n)` gives the model's outputs for at most n train rows, whose targets are not to be read.
        """

    @abstractmethod
    def encode(self, kind: Kind, examples: Sequence[Example], text: TextEncoder) -> list[Features]:
        """The examples as features, in their order; class weights follow from these examples' own labels."""

    @abstractmethod
    def batch(self, features: Sequence[Features], text: TextEncoder) -> Batch:
        """The features padded to the longest of them."""

    @abstractmethod
    def loss(self, outputs: torch.Tensor, batch: Batch) -> torch.Tensor:
        """The weighted loss summed over the rows of the batch (a scalar); the loop divides by the summed weights."""

    @abstractmethod
    def decode(self, kind: Kind, found: Outputs, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The kind's prediction records, one an example; `fitted` is what `fit` gave after training."""

    def fit(self, kind: Kind, found: Outputs) -> dict[str, Any]:
        """Plain JSON values for `decode`, chosen on the outputs for validation rows: a temperature, thresholds."""
        return {}

    def split(self, outputs: torch.Tensor, batch: Batch) -> list[torch.Tensor]:
        """The head's outputs for a batch, feature by feature, padding left out."""
        return list(outputs)

    def stream(self, kind: Kind, example: Example, trunk: Trunk) -> Iterator[str]:
        """The answer to one example as text, piece by piece as it is written; empty unless it `writes_text`."""
        return iter(())

    def reader(self, model: MultiTaskModel, task: str) -> Reader:
        """How the model is asked: by default one pass through trunk and head."""
        return lambda batch: self.split(model(task, batch.tokens), batch)


OBJECTIVES: Registry[Objective] = Registry("objective", "crosstask.objectives", "crosstask.objectives")


def objective_for(kind: Kind, way: str | Mapping[str, Any] | Objective | None = None) -> Objective:
    """The objective that learns `kind` in `way`: for a classification, `head` stands for `classification_head`.

    Without a way it is a head, or what comes first of the kind's ways where it is not learned by one.
    NotFound where the kind has no such way, given by name or as an objective of another kind.
    """
    if isinstance(way, Objective):
        _full_name(kind, way.method_name())
        return way
    if isinstance(way, str):
        name, options = parse_spec(way)
        return OBJECTIVES.make({**options, "name": _full_name(kind, name)})
    given = way or {}
    return OBJECTIVES.make({**given, "name": _full_name(kind, str(given.get("name", _own_way(kind))))})


def _own_way(kind: Kind) -> str:
    ways = _ways(kind)
    return "head" if "head" in ways or not ways else ways[0]


def _ways(kind: Kind) -> list[str]:
    prefix = f"{kind.method_name()}_"
    return [name.removeprefix(prefix) for name in OBJECTIVES.names() if name.startswith(prefix)]


def _mend_of_unknown(way: str, ways: Sequence[str]) -> str:
    """The nearest of the kind's ways; of the way of one other kind, how the rows are taken for that kind."""
    others = [name.removesuffix(f"_{way}") for name in OBJECTIVES.names() if name.endswith(f"_{way}")]
    if len(others) != 1:
        return nearest(way, ways)
    return f"It learns a {others[0]}: if that is what the rows are for, write FILE:kind={others[0]}."


def _full_name(kind: Kind, way: str) -> str:
    prefix = f"{kind.method_name()}_"
    ways = _ways(kind)
    short = way.removeprefix(prefix)
    if short not in ways:
        message = f"no way to learn a {kind.method_name()} is called '{way}'"
        raise NotFound(message, field="objective", mend=_mend_of_unknown(short, ways))
    return prefix + short
