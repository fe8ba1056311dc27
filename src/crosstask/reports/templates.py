"""The package's own templates; this file alone imports Jinja."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def fill(template: str, filters: Mapping[str, Callable[..., str]] | None = None, **values: Any) -> str:
    """The text of `reports/templates/TEMPLATE` with its values; in HTML everything is escaped that is not markup."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=PackageLoader("crosstask.reports", "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(filters or {})
    return environment.get_template(template).render(**values)
