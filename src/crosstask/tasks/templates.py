"""Prompt templates with named fields, rendered in a sandbox; this file alone does so."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crosstask.errors import ConfigError, nearest


def named_fields(template: str) -> set[str]:
    """The names of fields that stand in a template; ConfigError where it is no template.

    >>> sorted(named_fields("{{ source }} in {{ style }}"))
    ['source', 'style']
    """
    try:
        return find_undeclared_variables(_environment().parse(template))
    except TemplateError as error:
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
        return _compiled(template).render(fields)
    except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
        raise _refused(template, error) from None


@lru_cache
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True)
    environment.globals.clear()  # fields alone have names
    return environment


@lru_cache(maxsize=32)
def _compiled(template: str) -> Template:
    return _environment().from_string(template)


def _refused(template: str, error: Exception) -> ConfigError:
    why = str(error).rstrip(".")
    message = f"the template {template!r:.80} cannot be filled ({why})"
    return ConfigError(message, field="template", mend="Write text with fields in double braces, such as {{ source }}.")
