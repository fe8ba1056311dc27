"""Rows whose targets have a name that is not of the label space, and what to do about them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from crosstask.errors import InputError, nearest
from crosstask.tasks.kind import Kind
from crosstask.tasks.task import TRAIN, Split


def require_known(
    kind: Kind,
    splits: Mapping[str, Split],
    known: Collection[str],
    names: Callable[[Any], Iterable[str]],
    what: str = "is unknown to the task",
    mend: str | None = None,
) -> None:
    """Refuse rows without a target that need one, and rows of whose target one of the `names` is not known.

    Args:
        kind: whose targets they are; it has label names and their aliases.
        splits: the rows.
        known: the names that targets may have.
        names: those of a target.
        what: what is said of a name that is not known.
        mend: what to do about it; if not said, what files may hold instead.

    Raises:
        InputError: with file, row and the column of the target.
    """
    known = frozenset(known)
    for split, rows in splits.items():
        for example in rows.examples:
            if example.target is None:
                _require_targets(kind, split, rows)
            elif (unknown := next((name for name in names(example.target) if name not in known), None)) is not None:
                message = f"the {kind.target.removesuffix('s')} '{unknown}' in {split} {what}"
                field, advice = kind.columns.get(kind.target), mend or _mend(kind, unknown, known)
                raise InputError(message, file=rows.file, row=example.row, field=field, mend=advice)


def _mend(kind: Kind, unknown: str, known: Iterable[str]) -> str:
    aliases: Mapping[str, str] = getattr(kind, "aliases", {})
    return mend_of_unknown(unknown, known, aliases, learned=not getattr(kind, kind.label_names))


def _require_targets(kind: Kind, split: str, rows: Split) -> None:
    if kind.needs_targets or split != TRAIN:
        kind.require_targets(rows)


def mend_of_unknown(label: str, labels: Iterable[str], aliases: Iterable[str], *, learned: bool) -> str:
    """A sentence naming what files may hold instead; where the space was learned from train, train may show more.

    >>> mend_of_unknown("3", ["bad", "good"], ["1", "5"], learned=False)
    'Known: 1, 5, bad, good.'
    >>> mend_of_unknown("goood", ["bad", "good"], [], learned=True)
    'Did you mean good? Else add train rows of it, or delete the row.'
    """
    near = nearest(label, {*labels, *aliases})
    return f"{near} Else add train rows of it, or delete the row." if learned else near
