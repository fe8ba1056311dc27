"""The turns of a dialogue: who says what, read from a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crosstask.errors import InputError, nearest
from crosstask.tasks.cells import is_null, is_scalar, sort_of, text_cell
from crosstask.tasks.list_cells import as_list

ROLES = ("system", "user", "assistant")

Turn = Mapping[str, str]
"""Who speaks (`role`, one of ROLES) and what is said (`content`)."""

Turns = tuple[Turn, ...]

_FORM = 'Write [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}].'
_SHAREGPT = "Write role for from, content for value; user and assistant for human and gpt."


def turns_cell(value: Any, column: str) -> Turns:
    """The turns of a cell: a list of mappings with `role` and `content`, or its JSON; a text is one turn of the user.

    InputError with the field where the cell is empty, a turn has no role or an unknown one, or says nothing.
    """
    if is_null(value):
        raise InputError("the turns are missing", field=column, mend=_FORM)
    found = as_list(value)
    plain = value if isinstance(value, str) and not _are_mappings(found) else found
    if is_scalar(plain):
        plain = [{"role": "user", "content": text_cell(plain, column)}]
    if isinstance(plain, Mapping | bytes) or not isinstance(plain, Sequence):
        message = f"holds {sort_of(plain)} where a list of turns is expected"
        raise InputError(message, field=column, mend=_FORM)
    if not plain:
        raise InputError("holds no turns", field=column, mend="Give at least one turn, or delete the row.")
    return tuple(_turn(turn, place, column) for place, turn in enumerate(plain, start=1))


def are_turns(value: Any) -> bool:
    """Whether a cell holds turns, right or wrong: a list, a mapping, or the JSON of a list of mappings."""
    found = as_list(value)
    return _are_mappings(found) if isinstance(value, str) else isinstance(found, list | tuple | Mapping)


def _are_mappings(value: Any) -> bool:
    """Whether a value is a list of mappings; a text that is the JSON of another list is what a user says."""
    return isinstance(value, list) and bool(value) and all(isinstance(turn, Mapping) for turn in value)


def _turn(turn: Any, place: int, column: str) -> Turn:
    if not isinstance(turn, Mapping):
        message = f"turn {place} is {sort_of(turn)} where a role and a content are expected"
        raise InputError(message, field=column, mend=_FORM)
    role = turn.get("role")
    if is_null(role):
        mend = _SHAREGPT if "from" in turn else f"Give each turn a role: {', '.join(ROLES)}."
        raise InputError(f"turn {place} has no role", field=column, mend=mend)
    if role not in ROLES:
        raise InputError(
            f"turn {place} has the unknown role '{role!s:.40}'", field=column, mend=nearest(str(role), ROLES)
        )
    try:
        return {"role": role, "content": text_cell(turn.get("content"), column, "content")}
    except InputError as error:
        raise InputError(f"turn {place}: {error.message}", field=column, mend=error.mend) from None
