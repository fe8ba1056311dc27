"""The versions a result depends on: those of crosstask, of the libraries it computes with, and of plug-ins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import entry_points, version
from typing import Any

from crosstask.registry import parse_spec

_LIBRARIES = ("crosstask", "numpy", "scikit-learn", "scipy", "tokenizers", "torch", "transformers")


def current_versions(config: Any = None) -> dict[str, str]:
    """Version by distribution: of what every result depends on, and of the plug-ins whose methods `config` names.

    `config` is plain JSON. Names alone are compared, so a method of ours that is called like a plug-in's brings in the
    plug-in too: such a result may be computed once more, and is never taken for another.
    """
    named = set(_names(config))
    plugins = {distribution for name, distribution in _offered() if name in named}
    return {distribution: version(distribution) for distribution in (*_LIBRARIES, *sorted(plugins))}


@cache
def _offered() -> frozenset[tuple[str, str]]:
    """The methods that other packages offer, each with its distribution."""
    groups = [group for group in entry_points().groups if group.startswith("crosstask.")]
    points = [point for group in groups for point in entry_points(group=group)]
    return frozenset((point.name, point.dist.name) for point in points if point.dist is not None)


def _names(config: Any) -> Iterator[str]:
    """Every text in `config`; of `name:key=value` the name and the values."""
    if isinstance(config, str):
        name, options = parse_spec(config)
        yield name
        yield from _names(options)
    elif isinstance(config, Mapping):
        for value in config.values():
            yield from _names(value)
    elif isinstance(config, list | tuple):
        for value in config:
            yield from _names(value)
