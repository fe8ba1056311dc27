"""What a user said of a task beside its data: columns by field, and options of its kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crosstask.errors import InputError, nearest
from crosstask.tasks.kind import Kind


def told_apart(
    named: Mapping[str, str], kinds: Sequence[type[Kind]], place: str | None
) -> tuple[dict[str, str], dict[str, Any]]:
    """What was `named` as columns by field, and as options by name; a field of any of the `kinds` is one.

    InputError for a name that is neither, for an option that is learned from train, and for label names, which stand in
    task files alone.
    """
    fields = {field for kind in kinds for field in kind.fields}
    options = {name: value for name, value in named.items() if name not in fields}
    known = fields.union(*(set(kind.options()) - {kind.label_names, "aliases"} for kind in kinds))
    for name in options:
        _require_known(name, known, kinds, place, "field or option")
    return {name: column for name, column in named.items() if name in fields}, options


def require_options(options: Mapping[str, Any], kinds: Sequence[type[Kind]], place: str | None) -> None:
    """InputError for what is no option of any of the kinds, is learned from train, or is a column."""
    known = {option for kind in kinds for option in kind.options()}
    fields = {field for kind in kinds for field in kind.fields}
    for name in options:
        if name in fields - known:
            message = "is a column where an option of the kind is expected"
            raise InputError(message, file=place, field=name, mend="Name it under 'columns'.")
        _require_known(name, known, kinds, place, "option")


def _require_known(name: str, known: set[str], kinds: Sequence[type[Kind]], place: str | None, what: str) -> None:
    if any(name in kind.figures for kind in kinds):
        message = "is learned from train and cannot be set"
        raise InputError(message, file=place, field=name, mend="Leave it out.")
    if name not in known:
        raise InputError(f"the task has no such {what}", file=place, field=name, mend=nearest(name, known))
