"""A task: named examples, a kind and its label space. Pure data, no tensors."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from crosstask.errors import InputError
from crosstask.tasks.kind import Kind

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SPLITS = {
    "train": TRAIN,
    "training": TRAIN,
    "validation": VALIDATION,
    "valid": VALIDATION,
    "val": VALIDATION,
    "dev": VALIDATION,
    "test": TEST,
}
"""What files and users call the splits -> the split, in the order splits are shown."""


@dataclass(frozen=True, slots=True)
class Example:
    """One row: its named inputs, its target (None where there is none), and where it stood.

    `row` counts data rows of its file from 1, as a person would.
    """

    inputs: Mapping[str, Any]
    target: Any = None
    row: int | None = None

    @property
    def texts(self) -> tuple[str, ...]:
        """What a model reads of it, one text an input: words are joined by spaces, turns of a dialogue by line ends."""
        return tuple(as_text(value) for value in self.inputs.values())

    def content(self) -> bytes:
        """Inputs and target as canonical JSON: equal for equal examples, wherever they stood."""
        row = json.dumps([dict(self.inputs), self.target], ensure_ascii=False, sort_keys=True)
        return row.encode("utf-8", "surrogatepass")


def as_text(value: Any) -> str:
    """An input as one text.

    >>> as_text("a film"), as_text(("a", "film")), as_text(({"role": "user", "content": "hello"},))
    ('a film', 'a film', 'hello')
    """
    if isinstance(value, str):
        return value
    if any(isinstance(part, Mapping) for part in value):
        return "\n".join(turn["content"] for turn in value)
    return " ".join(value)


@dataclass(frozen=True)
class Split:
    """The examples of one split and the file they came from.

    `drawn_from` is the fingerprint of all the rows that these were drawn from, None where nothing was drawn.
    """

    examples: Sequence[Example]
    file: str | None = None
    drawn_from: str | None = None

    def __repr__(self) -> str:
        return f"Split({len(self):,} rows{f' of {self.file}' if self.file else ''})"

    def __len__(self) -> int:
        return len(self.examples)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over the examples alone: equal for equal rows, whatever their order, file, columns or task."""
        rows = sorted(example.content() for example in self.examples)
        return hashlib.sha256(b"\n".join(rows)).hexdigest()


@dataclass(frozen=True)
class Task:
    """What is to be learned: a name, a kind with its label space, and examples by split.

    `notes` are what reading decided on the user's behalf (columns detected, rows dropped): every step shows them.
    """

    name: str
    kind: Kind
    splits: Mapping[str, Split] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def split(self, name: str) -> Split:
        """The split called `name`; an error that names the splits there are."""
        if name not in self.splits:
            raise InputError(
                f"task '{self.name}' has no {name} split",
                mend=f"It has: {', '.join(self.splits) or 'none'}.",
            )
        return self.splits[name]

    def noting(self, note: str) -> Task:
        """The same task with one more note."""
        return replace(self, notes=(*self.notes, note))

    def with_splits(self, **splits: Split) -> Task:
        """The same task with these splits instead of its own."""
        return replace(self, splits=splits)

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over kind and examples: equal for equal data, whatever file it came from."""
        digest = hashlib.sha256(json.dumps(self.kind.config(), sort_keys=True).encode())
        for name in sorted(self.splits):
            digest.update(name.encode())
            for example in self.splits[name].examples:
                digest.update(example.content())
        return digest.hexdigest()
