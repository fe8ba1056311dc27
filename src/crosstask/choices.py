"""What the fields of a step may hold beside plain values: methods of a registry, and tasks.

A method field takes `"freeze:layers=3"`, a mapping with `name`, or the object. The registry is named, not imported,
so that defining a step and printing its help loads no framework:

    Tuning: TypeAlias = Annotated[Any, choice("crosstask.models.tuning:TUNINGS")]
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike, fspath
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BeforeValidator, GetCoreSchemaHandler, PlainSerializer, ValidationInfo
from pydantic_core import CoreSchema, core_schema

from crosstask.errors import CrosstaskError

if TYPE_CHECKING:
    from crosstask.registry import Registry


@dataclass(frozen=True)
class Choice:
    """The mark of a field that holds a method of the registry at `where`, `module:NAME`."""

    where: str

    def registry(self) -> Registry[Any]:
        """The registry itself; its module is imported here and not before."""
        module, _, name = self.where.partition(":")
        registry: Registry[Any] = getattr(importlib.import_module(module), name)
        return registry

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self._make,
            serialization=core_schema.plain_serializer_function_ser_schema(lambda method: method.config()),
        )

    def _make(self, spec: Any, info: ValidationInfo) -> Any:
        try:
            return self.registry().make(spec)
        except CrosstaskError as error:
            error.field = error.field or info.field_name
            raise


def choice(where: str) -> Choice:
    """Mark a field as a choice from the registry at `where`, written `module:NAME`."""
    return Choice(where)


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
"""A task by file, folder, `sample:NAME`, or in Python a `Task`, a DataFrame, a list of rows or a `Dataset`."""

TaskSources: TypeAlias = Annotated[tuple[TaskSource, ...], BeforeValidator(_as_sources)]
"""Several task sources; one alone may stand without brackets."""
