"""What the fields of a step may hold beside plain values: methods of a registry, and tasks.

A method field takes `"freeze:layers=3"`, a mapping with `name`, or the object. The registry is named, not imported,
so that defining a step and printing its help loads no framework:

    Tuning: TypeAlias = Annotated[Any, choice("crosstask.models.tuning:TUNINGS")]
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, GetCoreSchemaHandler, PlainSerializer, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from crosstask.errors import CrosstaskError, NotFound, nearest
from crosstask.registry import parse_spec

if TYPE_CHECKING:
    from crosstask.registry import Registry


@dataclass(frozen=True)
class Choice:
    """The mark of a field that holds a method of the registry at `where`, `module:NAME`.

    With `by_kind`, the registry's names begin with a task's kind, which may be left out: `head` stands for
    `classification_head`, or another kind's. What is named so stays a mapping until the kind is known; None stands for
    the kind's own.
    """

    where: str
    by_kind: bool = False

    def registry(self) -> Registry[Any]:
        """The registry itself; its module is imported here and not before."""
        module, _, name = self.where.partition(":")
        registry: Registry[Any] = getattr(importlib.import_module(module), name)
        return registry

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self._make, serialization=core_schema.plain_serializer_function_ser_schema(_config)
        )

    def _make(self, spec: Any, info: ValidationInfo) -> Any:
        try:
            return self._of_some_kind(spec) if self.by_kind else self.registry().make(spec)
        except CrosstaskError as error:
            error.field = error.field or info.field_name
            raise

    def _of_some_kind(self, spec: Any) -> Any:
        """A method, or the mapping of one that at least one kind has; None as it is."""
        if spec is None:
            return None
        mapping = _mapping(spec) if isinstance(spec, str) else spec
        if not isinstance(mapping, Mapping):
            return self.registry().make(spec)
        names = _full_names(self.registry(), str(mapping.get("name", "")))
        if len(mapping) > 1:  # without options any is right, and need not be imported
            _check_some(self.registry(), [{**mapping, "name": name} for name in names])
        return dict(mapping)


def choice(where: str) -> Choice:
    """Mark a field as a choice from the registry at `where`, written `module:NAME`."""
    return Choice(where)


def spec(where: str) -> AfterValidator:
    """Mark a text field as a method of the registry at `where`, checked when the value is made and kept as written."""

    def checked(written: str, info: ValidationInfo) -> str:
        Choice(where)._make(written, info)
        return written

    return AfterValidator(checked)


def choice_by_kind(where: str) -> Choice:
    """Mark a field as a choice from a registry whose names begin with a task's kind, which may be left out."""
    return Choice(where, by_kind=True)


def _full_names(registry: Registry[Any], name: str) -> list[str]:
    """The registered names that `name` may stand for; NotFound where there are none."""
    found = [full for full in registry.names() if full == name or full.endswith(f"_{name}")]
    if not found:
        words = (full.split("_") for full in registry.names())
        known = {"_".join(parts[at:]) for parts in words for at in range(len(parts))}
        raise NotFound(f"no {registry.what} is called '{name}'", mend=nearest(name, known))
    return found


def _check_some(registry: Registry[Any], specs: Sequence[Mapping[str, Any]]) -> None:
    """The error of the first of the methods where none of them can be made."""
    refusals = []
    for spec in specs:
        try:
            registry.make(spec)
        except CrosstaskError as error:
            refusals.append(error)
        else:
            return
    raise refusals[0]


def _mapping(spec: str) -> dict[str, str]:
    name, options = parse_spec(spec)
    return {"name": name, **options}


def _config(method: Any) -> Any:
    return method if method is None or isinstance(method, Mapping) else method.config()


def _source_config(source: Any) -> str | dict[str, str] | None:
    if source is None or isinstance(source, str):
        return source
    if isinstance(source, PathLike):
        return str(fspath(source))
    from crosstask.tasks import open_task

    task = open_task(source)
    return {"name": task.name, "fingerprint": task.fingerprint}


def _as_sources(value: Any) -> Any:
    rows = isinstance(value, list | tuple) and bool(value) and isinstance(value[0], Mapping | tuple)
    return (value,) if rows or not isinstance(value, list | tuple) else tuple(value)


def _as_name(value: Any) -> Any:
    return fspath(value) if isinstance(value, PathLike) else value


ModelSource: TypeAlias = Annotated[str, BeforeValidator(_as_name)]
"""A model by shelf name, hub name or folder; in Python the folder may be a path."""

TaskSource: TypeAlias = Annotated[Any, PlainSerializer(_source_config)]
"""A task by file, folder, `sample:NAME` or `hub:NAME`, or in Python a `Task`, a DataFrame, rows or a `Dataset`."""

TaskSources: TypeAlias = Annotated[tuple[TaskSource, ...], BeforeValidator(_as_sources)]
"""Several task sources; one alone may stand without brackets."""
