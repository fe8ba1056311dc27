"""What objectives share that ask a decoder: a template for the prompt, and prompts that fit into what it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import AfterValidator

from crosstask.errors import CrosstaskError, InputError

if TYPE_CHECKING:
    from crosstask.models.text_encoder import TextEncoder
    from crosstask.tasks.task import Example

Writer = Callable[[Mapping[str, Any]], str]
"""From the inputs of an example to its prompt."""


def _readable(template: str | None) -> str | None:
    """A template that can be read; its fields are checked against those of a task."""
    from crosstask.tasks.templates import named_fields

    if template is not None:
        named_fields(template)
    return template


Template: TypeAlias = Annotated[str | None, AfterValidator(_readable)]
"""A field that holds a template for prompts, or None."""


def fitted_prompts(
    examples: Sequence[Example], write: Writer, text: TextEncoder, room: int
) -> list[tuple[list[int], int]]:
    """The tokens of each example's prompt, at most as many as there is room for, and how many more it had.

    Where a prompt is too long, its texts lose their end and its dialogues their oldest turns. Errors name the row;
    InputError where it is too long without the text in it.
    """
    from crosstask.models.prompts import prompt_ids

    whole = prompt_ids(text, [_written(example, write) for example in examples])
    kept = [_fitted(example, ids, write, text, room) for example, ids in zip(examples, whole, strict=True)]
    return [(ids, len(before) - len(ids)) for ids, before in zip(kept, whole, strict=True)]


def _fitted(example: Example, ids: list[int], write: Writer, text: TextEncoder, room: int) -> list[int]:
    from crosstask.models.prompt_cuts import shortened
    from crosstask.models.prompts import prompt_ids

    while len(ids) > room:
        inputs = shortened(text, example.inputs, len(ids) - room)
        if inputs is None:
            message = f"the prompt is longer than {room} tokens without the text in it"
            may_grow = text.max_length < text.tokenizer.model_max_length
            mend = "Raise --max-length, or shorten the prompt." if may_grow else "Shorten the prompt."
            raise InputError(message, row=example.row, mend=mend)
        example = replace(example, inputs=inputs)
        (ids,) = prompt_ids(text, [_written(example, write)])
    return ids


def _written(example: Example, write: Writer) -> str:
    try:
        return write(example.inputs)
    except CrosstaskError as error:
        raise error.at(row=example.row) from None
