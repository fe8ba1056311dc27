"""The Python door: a function for each verb, made from its step class."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from pydantic.fields import FieldInfo

from crosstask.step import Step
from crosstask.ui import Ui

_UI = inspect.Parameter("ui", inspect.Parameter.KEYWORD_ONLY, default=None, annotation="Ui | None")
_DRY_RUN = inspect.Parameter("dry_run", inspect.Parameter.KEYWORD_ONLY, default=False, annotation="bool")


def parameters(step: type[Step], annotate: Callable[[str, FieldInfo], Any]) -> list[inspect.Parameter]:
    """The options of `step` as function parameters: its positional fields first, all others by keyword only."""
    return [
        inspect.Parameter(
            name,
            inspect.Parameter.POSITIONAL_OR_KEYWORD if name in step.positional else inspect.Parameter.KEYWORD_ONLY,
            default=inspect.Parameter.empty if field.is_required() else field.get_default(call_default_factory=True),
            annotation=annotate(name, field),
        )
        for name, field in step.options().items()
    ]


def function(step: type[Step]) -> Callable[..., Any]:
    """The verb as a function of the step's options; it returns the `value` of the step's result.

    `dry_run=True` plans instead of running. `ui` is told notes and progress: the terminal unless another is given.
    """
    signature = inspect.Signature([*parameters(step, lambda _, field: field.annotation), _DRY_RUN, _UI])

    def verb(*given: Any, dry_run: bool = False, ui: Ui | None = None, **options: Any) -> Any:
        by_name = signature.bind_partial(*given).arguments
        return step(**by_name, **options).perform(ui or _terminal(), dry_run=dry_run).value

    verb.__name__ = verb.__qualname__ = step.method_name()
    verb.__module__ = step.__module__
    verb.__doc__ = _documentation(step)
    verb.__signature__ = signature  # type: ignore[attr-defined]  # functions carry it for inspect and help()
    return verb


def _documentation(step: type[Step]) -> str:
    options = [f"    {name}: {field.description or ''}" for name, field in step.options().items()]
    return "\n".join([inspect.cleandoc(step.__doc__ or ""), "", "Args:", *options])


def _terminal() -> Ui:
    from crosstask.terminal import Terminal

    return Terminal()
