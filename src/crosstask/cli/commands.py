"""A command for each verb, made from its step class when it is asked for: `command_finetune` and so on."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from cyclopts import App, Group, Parameter, Token
from pydantic.fields import FieldInfo

from crosstask.choices import Choice
from crosstask.cli.call import Call
from crosstask.door import parameters
from crosstask.step import Step
from crosstask.steps import STEPS

_OWN = Group("Options", sort_key=1)
_SHARED = Group("Options of every command", sort_key=2)
_ANSWER = {
    "dry_run": "Only say what would run, for how long and with how much memory.",
    "json": "Write the result as JSON to standard output, and nothing else there.",
}


def __getattr__(name: str) -> App:
    prefix, _, verb = name.partition("_")
    if prefix != "command" or verb not in STEPS.names():
        raise AttributeError(name)
    return command(STEPS.get(verb))


def command(step: type[Step]) -> App:
    """The command of one verb: parsing it gives a `Call`."""
    signature = inspect.Signature([*parameters(step, _annotation), *_answering()])

    def parse(*given: Any, **options: Any) -> Call:
        answer = {name: options.pop(name) for name in _ANSWER if name in options}
        return Call(step(**signature.bind_partial(*given).arguments, **options), **answer)

    parse.__signature__ = signature  # type: ignore[attr-defined]  # where cyclopts reads the options
    summary, _, body = inspect.cleandoc(step.__doc__ or "").partition("\n\n")
    app = App(name=step.method_name().replace("_", "-"), help=summary, help_epilogue=_reflowed(body))
    app.default(parse)
    return app


def _reflowed(text: str) -> str:
    return re.sub(r"(?<!\n)\n(?![\n ])", " ", text)


def _answering() -> Iterator[inspect.Parameter]:
    for name, text in _ANSWER.items():
        mark = Parameter(help=text, group=_SHARED, negative="", show_default=False)
        yield inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Annotated[bool, mark])


def _annotation(name: str, field: FieldInfo) -> Any:
    choices = next((mark for mark in _marks(field) if isinstance(mark, Choice)), None)
    help_text = (field.description or "") + (_listed(choices.registry().summaries()) if choices else "")
    shown = not field.is_required() and field.default is not False and field.default not in (None, "", ())
    mark = Parameter(
        help=help_text,
        group=_SHARED if name in Step.model_fields else _OWN,
        negative=None if field.default is True else "",
        show_default=shown,
        converter=_whole_number if int in (field.annotation, *get_args(field.annotation)) else None,
    )
    token_type = _token_type(field.annotation)
    return Annotated[token_type if field.is_required() or field.default is not None else token_type | None, mark]


def _whole_number(_: Any, tokens: Sequence[Token]) -> int:
    """The number a token holds; cyclopts itself would make 2 of 2.5."""
    try:
        return int(tokens[0].value)
    except ValueError:
        raise ValueError(f'"{tokens[0].value}" is no whole number') from None


def _marks(field: FieldInfo) -> Iterator[Any]:
    yield from field.metadata
    for part in get_args(field.annotation):
        yield from getattr(part, "__metadata__", ())


def _listed(summaries: Mapping[str, str]) -> str:
    return " " + "; ".join(f"{name}: {summary.rstrip('.')}" for name, summary in summaries.items()) + "."


def _token_type(annotation: Any) -> Any:
    """The type the command line's tokens are turned into: what only Python can hold is written as a string."""
    origin, inner = get_origin(annotation), [_token_type(part) for part in get_args(annotation)]
    if annotation is Any:
        return str
    if origin is Annotated:
        return inner[0]
    if origin in (Union, UnionType):
        return reduce(or_, inner)
    return origin[*inner] if origin in (list, tuple) else annotation
