"""Prompt templates with named fields, rendered in a sandbox; this file alone does so.

Templates come with bundles of others, so what they can do is bounded: they print fields and their parts, through a few
filters, under conditions, and go through lists. They call nothing, calculate nothing and name nothing of their own, and
what they print has an end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateRuntimeError, Undefined, nodes
from jinja2.filters import FILTERS
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crosstask.errors import ConfigError, nearest
from crosstask.tasks.bounded import MAX_LINE
from crosstask.tasks.cells import is_scalar, sort_of

MAX_TEMPLATE = 1 << 16
"""Characters that a template may hold."""

MAX_TEXT = MAX_LINE
"""Characters that a filled template may hold, as many as a cell."""

_TURNS = "{% for turn in messages %}{{ turn.content }}{% endfor %}"

_SYNTAX = (
    *(nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.List, nodes.Tuple),
    *(nodes.Getattr, nodes.Getitem, nodes.Slice, nodes.Filter, nodes.Keyword, nodes.Test, nodes.If, nodes.For),
    *(nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Neg),
)
_FILTERS = ("capitalize", "default", "first", "last", "length", "lower", "title", "trim", "truncate", "upper")


def named_fields(template: str) -> set[str]:
    """The names of fields that stand in a template; ConfigError where it is no template, or does more than it may.

    >>> sorted(named_fields("{{ source }} in {{ style }}"))
    ['source', 'style']
    """
    try:
        return find_undeclared_variables(_parsed(template))
    except Exception as error:  # what a template from outside raises is its own
        raise _refused(template, error) from None


def require_fields(template: str, known: Collection[str]) -> None:
    """ConfigError where the template names a field that is not `known`, or none that is."""
    named = named_fields(template)
    strange = sorted(named.difference(known))
    if strange:
        message = f"the template names '{strange[0]}', which is no field of the task"
        raise ConfigError(message, field="template", mend=nearest(strange[0], known))
    if not named:
        first = next(iter(known), "source")
        raise ConfigError("the template names no field", field="template", mend=f"Write {{{{ {first} }}}} in it.")


def fill(template: str, fields: Mapping[str, Any]) -> str:
    """The template with the values of its fields; ConfigError where it cannot be filled.

    >>> fill("Shorten: {{ source }}", {"source": "a long text"})
    'Shorten: a long text'
    """
    try:
        return "".join(_bounded(_compiled(template).generate(fields)))
    except Exception as error:  # what a template from outside raises is its own
        raise _refused(template, error) from None


@lru_cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, keep_trailing_newline=True, finalize=_printable
    )
    environment.globals.clear()  # fields alone have names
    environment.filters = {name: FILTERS[name] for name in _FILTERS} | {"join": _joined, "replace": _replaced}
    return environment


def _parsed(template: str) -> nodes.Template:
    """The syntax of a template that does no more than it may."""
    if len(template) > MAX_TEMPLATE:
        raise TemplateRuntimeError(f"it is longer than {MAX_TEMPLATE:,} characters")
    parsed = _environment().parse(template)
    for node in parsed.find_all(nodes.Node):
        _require_bounded(node)
    return parsed


def _require_bounded(node: nodes.Node) -> None:
    if not isinstance(node, _SYNTAX):
        raise TemplateRuntimeError(f"it holds more than fields, filters, conditions and loops: {_told(node)}")
    if isinstance(node, nodes.For) and node.find(nodes.For):
        raise TemplateRuntimeError("it holds a loop in a loop")
    known = _environment().filters
    if isinstance(node, nodes.Filter) and node.name not in known:
        raise TemplateRuntimeError(f"no filter is called '{node.name}'; known: {', '.join(sorted(known))}")


def _told(node: nodes.Node) -> str:
    """What people call a part of a template."""
    calculates = isinstance(node, nodes.BinExpr | nodes.UnaryExpr)
    return "calculation" if calculates else type(node).__name__.lower()


@lru_cache(maxsize=32)
def _compiled(template: str) -> Template:
    return _environment().from_string(_parsed(template))


def _bounded(parts: Iterable[str]) -> Iterator[str]:
    left = MAX_TEXT
    for part in parts:
        left -= len(part)
        _require_room(left)
        yield part


def _require_room(left: int) -> None:
    if left < 0:
        raise TemplateRuntimeError(f"the text is longer than {MAX_TEXT:,} characters")


def _joined(values: Iterable[Any], mark: str = "") -> str:
    """The values with the mark between them, as jinja's own filter does it; a text is no list of characters."""
    if isinstance(values, str):
        raise TemplateRuntimeError("join takes a list")
    parts = [str(_printable(value)) for value in values]
    _require_room(MAX_TEXT - sum(map(len, parts)) - len(parts) * len(mark))
    return mark.join(parts)


def _replaced(text: str, old: str, new: str) -> str:
    """The text with `new` in the place of each `old`."""
    _require_room(MAX_TEXT - len(text) - text.count(old) * len(new))
    return text.replace(old, new)


def _printable(value: Any) -> Any:
    """A value that is printed; a function is none, nor is a list or a mapping, which would stand there as code."""
    if isinstance(value, Undefined):
        return value
    if callable(value):
        raise TemplateRuntimeError("it prints a function")
    if not is_scalar(value):
        raise TemplateRuntimeError(f"it prints {sort_of(value)}; go through turns as in {_TURNS}")
    return value


def _refused(template: str, error: Exception) -> ConfigError:
    why = str(error).rstrip(".") or type(error).__name__
    message = f"the template {template!r:.80} cannot be filled ({why:.200})"
    return ConfigError(message, field="template", mend="Write text with fields in double braces, such as {{ source }}.")
