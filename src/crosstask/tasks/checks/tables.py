"""An inspection as tables of plain values, header row first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from crosstask.tasks.cells import on_one_line
from crosstask.tasks.checks.inspection import Inspection, SplitFacts, TaskFacts
from crosstask.tasks.checks.leakage import Leakage
from crosstask.tasks.checks.spread import Spread
from crosstask.tasks.checks.warnings import share

Row = Sequence[Any]

_LABELS_SHOWN = 20
_TEXT_SHOWN = 60


def tables(inspection: Inspection) -> Iterator[tuple[str, Sequence[Row]]]:
    """Titles with tables: for each task its splits and its labels or what is measured, then what splits share."""
    for facts in inspection.tasks:
        fields = ", ".join(f"{field} = {column}" for field, column in facts.task.kind.columns.items())
        yield f"{facts.task.name}: {facts.task.kind.method_name()} ({fields})", _splits(facts)
        if facts.labels:
            yield f"{facts.task.name}: {facts.task.kind.counted} by label", _labels(facts)
        spreads = {name: split.targets for name, split in facts.splits.items() if split.targets}
        if spreads:
            yield f"{facts.task.name}: {facts.task.kind.measure}", _spreads(spreads)
    shared = [found for found in inspection.leakage if found.exact or found.near]
    if shared:
        yield f"shared rows (near: similarity of at least {inspection.threshold:g})", _shared(shared)
        yield "some of the shared rows", _examples(shared)


def _splits(facts: TaskFacts) -> list[Row]:
    told = [_split(name, split, windowed=facts.task.kind.windowed) for name, split in facts.splits.items()]
    return [[*told[0]], *([*row.values()] for row in told)]


def _split(name: str, facts: SplitFacts, *, windowed: bool) -> dict[str, Any]:
    """The cells of one split by the heads of their columns."""
    repeated, tokens = facts.repeats, facts.tokens
    rows = {"rows": len(facts.split), "duplicates": repeated.duplicates, "conflicts": repeated.conflicts}
    lengths = {"tokens: median": round(tokens.median), "95%": tokens.p95, "max": tokens.longest}
    cut = {f"over {tokens.limit}": share(tokens.cut), "lost": share(tokens.lost)}
    return {"split": name, **rows, **lengths, **({f"windows of {tokens.limit}": tokens.windows} if windowed else cut)}


def _labels(facts: TaskFacts) -> list[Row]:
    counts = [split.balance.counts for split in facts.splits.values()]
    rows = [(label, *(count.get(label, 0) for count in counts)) for label in facts.labels]
    left = len(rows) - _LABELS_SHOWN
    rest = [(f"and {left} more", *("" for _ in counts))] if left > 0 else []
    return [("label", *facts.splits), *rows[:_LABELS_SHOWN], *rest]


def _spreads(spreads: Mapping[str, Spread]) -> list[Row]:
    rows = ((spread.min, spread.p5, spread.median, spread.p95, spread.max) for spread in spreads.values())
    told = ([f"{number:.4g}" for number in row] for row in rows)
    return [
        ("split", "min", "5%", "median", "95%", "max"),
        *((name, *row) for name, row in zip(spreads, told, strict=True)),
    ]


def _shared(found: Sequence[Leakage]) -> list[Row]:
    header = ("from", "to", "rows", "exact", "near")
    return [header, *((one.source, one.target, one.rows, one.exact, one.near) for one in found)]


def _examples(found: Sequence[Leakage]) -> list[Row]:
    """One exact and one near row of each finding, where it has both."""
    header = ("from", "row", "to", "row", "similarity", "text")
    rows = [
        (one.source, match.other, one.target, match.row, match.similarity, on_one_line([match.text], _TEXT_SHOWN))
        for one in found
        for match in dict.fromkeys((one.examples[0], one.examples[-1]))
    ]
    return [header, *rows]
