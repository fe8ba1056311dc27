"""The form of a kind's inputs, and how rows fail to have it."""

from __future__ import annotations

from collections.abc import Collection

from crosstask.errors import InputError
from crosstask.tasks.kind import Kind


def form(kind: Kind) -> str:
    """What a bundle of this kind does with what inputs.

    >>> from crosstask.tasks.kinds.classification import Classification
    >>> form(Classification()), form(Classification(text_pair="hypothesis"))
    ('answers single texts', 'answers pairs of texts')
    """
    inputs = tuple(kind.inputs)
    known = {("text",): "answers single texts", ("text", "text_pair"): "answers pairs of texts"}
    return known.get(inputs, f"reads {' and '.join(inputs)}")


def other_kind(task: str, found: str, wanted: Kind | type[Kind]) -> InputError:
    """What is wrong with a task of the kind called `found` where another one is read."""
    name = wanted.method_name()
    return InputError(f"{task} is a task of {found} where one of {name} is wanted", mend=f"Give a task of {name}.")


def other_form(kind: Kind, found: Collection[str], named: Collection[str], place: str | None) -> InputError | None:
    """What is wrong with rows whose inputs are `found`, some `named` by the user, for a bundle of this kind.

    None where they are not of another form: where the user named none of them, columns may be told wrongly instead.
    """
    extra = [name for name in named if name in found and name not in kind.inputs]
    if extra:
        message = f"the bundle {form(kind)}, and '{extra[0]}' is given"
        return InputError(message, file=place, field=extra[0], mend="Leave it out, or choose another bundle.")
    missing = [name for name in kind.inputs if name not in (*found, *named)]
    if not missing or len(missing) == len(kind.inputs):
        return None
    mend = f"Name it ({place}:{missing[0]}=COLUMN) or add it." if place else f"Give it as {kind.inputs[missing[0]]}."
    return InputError(f"the bundle {form(kind)}: '{missing[0]}' is missing", file=place, field=missing[0], mend=mend)
