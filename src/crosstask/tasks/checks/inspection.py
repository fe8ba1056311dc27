"""Everything the checks say of a task, as one value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from crosstask.tasks.checks.balance import Balance
from crosstask.tasks.checks.compared_splits import ComparedSplit
from crosstask.tasks.checks.leakage import Leakage, leaks
from crosstask.tasks.checks.lengths import Lengths, lengths
from crosstask.tasks.checks.match import Match
from crosstask.tasks.checks.near import THRESHOLD
from crosstask.tasks.checks.repeats import Repeats, repeats
from crosstask.tasks.checks.spread import Spread
from crosstask.tasks.checks.tally import Read, Tally, tally
from crosstask.tasks.checks.warnings import leakage_warning, split_warnings
from crosstask.tasks.kind import Kind
from crosstask.tasks.task import TRAIN, Split, Task


@dataclass(frozen=True)
class SplitFacts:
    """What the checks found in one split; `targets` where they are measured and not counted by name."""

    split: Split
    repeats: Repeats
    balance: Balance
    tokens: Lengths
    targets: Spread | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: rows, file, duplicates, conflicts, labels, targets (if measured), tokens, and example rows."""
        measured = {} if self.targets is None else {"targets": self.targets.to_json()}
        return {
            "rows": len(self.split),
            "file": self.split.file,
            "duplicates": self.repeats.duplicates,
            "conflicts": self.repeats.conflicts,
            "labels": dict(self.balance.counts),
            **measured,
            "tokens": self.tokens.to_json(),
            "duplicate_rows": _matches(self.repeats.duplicate_rows),
            "conflict_rows": _matches(self.repeats.conflict_rows),
        }


@dataclass(frozen=True)
class TaskFacts:
    """What the checks found in one task, split by split, and the sentences a person should read."""

    task: Task
    splits: Mapping[str, SplitFacts]
    warnings: tuple[str, ...]

    def __repr__(self) -> str:
        splits = ", ".join(f"{name} {len(facts.split):,} rows" for name, facts in self.splits.items())
        return f"TaskFacts({self.task.name}: {splits}, {len(self.warnings)} warnings)"

    @property
    def labels(self) -> tuple[str, ...]:
        """The label names found in any split, those of train first."""
        return tuple(dict.fromkeys(label for facts in self.splits.values() for label in sorted(facts.balance.counts)))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: name, kind, fields (field -> column), labels, splits, warnings, notes."""
        return {
            "name": self.task.name,
            "kind": self.task.kind.method_name(),
            "fields": dict(self.task.kind.columns),
            "labels": list(self.labels),
            "splits": {name: facts.to_json() for name, facts in self.splits.items()},
            "warnings": list(self.warnings),
            "notes": list(self.task.notes),
        }


@dataclass(frozen=True)
class Inspection:
    """The facts of tasks given together, and what their splits share."""

    tasks: tuple[TaskFacts, ...]
    leakage: tuple[Leakage, ...] = field(repr=False)
    threshold: float = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON: tasks, leakage, near_threshold."""
        return {
            "tasks": [facts.to_json() for facts in self.tasks],
            "leakage": [found.to_json() for found in self.leakage],
            "near_threshold": self.threshold,
        }


def inspect_tasks(tasks: Sequence[Task], read: Read, limit: int, threshold: float = THRESHOLD) -> Inspection:
    """Run every check on the tasks.

    `limit` is what the model reads at once, in tokens, `threshold` the similarity of near rows.
    """
    told_apart = _told_apart(tasks)
    tallies = [
        {name: tally(split.examples, task.kind, read) for name, split in task.splits.items()} for task in told_apart
    ]
    compared = [
        ComparedSplit(task, name, found.keys)
        for task, by_split in zip(told_apart, tallies, strict=True)
        for name, found in by_split.items()
    ]
    shared = tuple(leaks(compared, threshold))
    facts = (_task_facts(task, found, limit, shared) for task, found in zip(told_apart, tallies, strict=True))
    return Inspection(tuple(facts), shared, threshold)


def _told_apart(tasks: Sequence[Task]) -> list[Task]:
    """The tasks with names of their own: where two have one name, that of the folder before it, or else a number."""
    by_folder = _named(tasks, [f"{_folder(task)}{task.name}" for task in tasks])
    return _named(by_folder, [f"{task.name} ({number})" for number, task in enumerate(by_folder, start=1)])


def _named(tasks: Sequence[Task], others: Sequence[str]) -> list[Task]:
    """The tasks, those that share a name called by the other one."""
    count = Counter(task.name for task in tasks)
    return [_called(other, task) if count[task.name] > 1 else task for task, other in zip(tasks, others, strict=True)]


def _called(name: str, task: Task) -> Task:
    """The task by another name, in its notes too, which begin with it."""
    own = f"{task.name}: "
    notes = (f"{name}: {note.removeprefix(own)}" if note.startswith(own) else note for note in task.notes)
    return replace(task, name=name, notes=tuple(notes))


def _folder(task: Task) -> str:
    file = next(iter(task.splits.values())).file
    return f"{Path(file).resolve().parent.name}/" if file else ""


def _task_facts(task: Task, tallies: Mapping[str, Tally], limit: int, shared: Sequence[Leakage]) -> TaskFacts:
    splits = {name: _split_facts(split, task.kind, tallies[name], limit) for name, split in task.splits.items()}
    warnings = [
        f"{name}: {text}"
        for name, facts in splits.items()
        for text in split_warnings(task.kind, facts.repeats, facts.balance, facts.tokens, learned_from=name == TRAIN)
    ]
    leaked = (leakage_warning(found) for found in shared if found.target in {f"{task.name}/{name}" for name in splits})
    return TaskFacts(task, splits, (*warnings, *filter(None, leaked)))


def _split_facts(split: Split, kind: Kind, tallied: Tally, limit: int) -> SplitFacts:
    return SplitFacts(
        split,
        repeats(split.examples, tallied, kind),
        Balance.of(tallied.names),
        lengths(tallied.tokens.tolist(), tallied.lost.tolist(), tallied.windows, limit),
        Spread.of(kind.measure, tallied.measures),
    )


def _matches(matches: Sequence[Match]) -> list[dict[str, Any]]:
    return [match.to_json() for match in matches]
