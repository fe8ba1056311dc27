"""A validation split cut from train, where there are labels enough to spare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from math import floor

from crosstask.tasks.checks.keys import by_key
from crosstask.tasks.kind import Kind
from crosstask.tasks.ordering import seeded_order
from crosstask.tasks.task import TRAIN, VALIDATION, Example, Split, Task
from crosstask.ui import counted

FEWEST = 200
"""Labelled rows under which every row trains."""

SHARE, MOST = 0.1, 1000
"""What is held out: this share of train, at most this many rows."""


def hold_out(task: Task, seed: int) -> Task:
    """The task with a validation split: its own, or a tenth of train with classes in proportion.

    Rows with the same input stay on one side, and every label keeps a row in train; so do rows without a label. Under
    200 labelled rows nothing is cut off, nor where no row can be spared, and a note says so.
    """
    train = task.split(TRAIN)
    if VALIDATION in task.splits:
        return task
    labelled = sum(example.target is not None for example in train.examples)
    if labelled < FEWEST:
        return task.noting(f"{task.name}: {counted(labelled, 'labelled row')}, so none is held out for validation")
    held = {id(example) for example in _held(train, task.kind, seed)}
    if not held:
        return task.noting(f"{task.name}: no train row can be spared, so none is held out for validation")
    kept = [example for example in train.examples if id(example) not in held]
    cut = [example for example in train.examples if id(example) in held]
    note = f"{task.name}: {len(cut)} of {len(train)} train rows are held out for validation (seed {seed})"
    splits = {**task.splits, TRAIN: replace(train, examples=kept), VALIDATION: Split(cut, train.file)}
    return task.with_splits(**splits).noting(note)


def _held(train: Split, kind: Kind, seed: int) -> list[Example]:
    """Rows to hold out, by groups of the same input; one of several strata, or with the last row of a label, stays."""
    labelled = [example for example in train.examples if example.target is not None]
    left = _quotas(Counter(kind.stratum(example.target) for example in labelled))
    bearing = _bearing(labelled, kind)
    held: list[Example] = []
    for group in by_key(seeded_order(train.examples, seed, "hold out")).values():
        if any(example.target is None for example in group):
            continue
        stratum, names = kind.stratum(group[0].target), _bearing(group, kind)
        alike = all(kind.stratum(example.target) == stratum for example in group)
        stays = all(bearing[name] > rows for name, rows in names.items())
        if alike and stays and len(group) <= left[stratum]:
            left[stratum] -= len(group)
            bearing -= names
            held += group
    return held


def _bearing(examples: Iterable[Example], kind: Kind) -> Counter[str]:
    """The rows that bear each name of the label space."""
    return Counter(name for example in examples for name in {*kind.named(example.target)})


def _quotas(counts: Mapping[Hashable, int]) -> dict[Hashable, int]:
    """Rows to hold out of each label, in proportion to its rows: rounded down, the rest to the largest remainders.

    The share of a label is far below its rows, so it takes one of a single row for a label to leave train.
    """
    rows = sum(counts.values())
    limit = min(MOST, round(rows * SHARE))
    exact = {label: limit * count / rows for label, count in counts.items()}
    quotas = {label: floor(share) for label, share in exact.items()}
    spared = (label for label, count in counts.items() if count > 1)
    by_remainder = sorted(spared, key=lambda label: (quotas[label] - exact[label], str(label)))
    for label in by_remainder[: limit - sum(quotas.values())]:
        quotas[label] += 1
    return quotas
