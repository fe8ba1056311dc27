"""Rooms of methods: one method a file, listed by file name, imported only when asked for."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import re
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import EntryPoint, EntryPoints, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from crosstask.errors import ConfigError, NotFound, nearest

if TYPE_CHECKING:
    from crosstask.method import Method

M = TypeVar("M", bound="Method")

_OPTIONS = re.compile(r"^(?P<name>.+?):(?P<options>[A-Za-z_]\w*=.*)$", re.DOTALL)
_NEXT_OPTION = re.compile(r",(?=[A-Za-z_]\w*=)")


def parse_spec(spec: str) -> tuple[str, dict[str, str]]:
    """Split `name:key=value,key=value` into the name and its options.

    A colon that no `key=` follows belongs to the name, so `sample:tweets` and `C:/a.csv` are whole names; a comma that
    none follows belongs to the value. ConfigError where a key comes twice.

    >>> parse_spec("lora:r=8,alpha=16")
    ('lora', {'r': '8', 'alpha': '16'})
    >>> parse_spec("sample:tweets")
    ('sample:tweets', {})
    >>> parse_spec("freeze:pattern=layer.{0,1},embeddings=no")
    ('freeze', {'pattern': 'layer.{0,1}', 'embeddings': 'no'})
    """
    match = _OPTIONS.match(spec)
    if match is None:
        return spec, {}
    parts = [part.partition("=") for part in _NEXT_OPTION.split(match["options"])]
    again = next((key for key, count in Counter(key for key, *_ in parts).items() if count > 1), None)
    if again is not None:
        raise ConfigError(f"is given twice in '{spec:.80}'", field=again, mend="Keep one of them.")
    return match["name"], {key: value for key, _, value in parts}


def class_name(name: str) -> str:
    """The class that the file or the entry point of a method holds; its `method_name` is `name` again.

    >>> class_name("low_rank"), class_name("l2sp")
    ('LowRank', 'L2sp')
    """
    return "".join(part.capitalize() for part in name.split("_"))


@dataclass(frozen=True)
class Registry(Generic[M]):
    """The methods of one room: the modules of `package` and the entry points of `group`.

    `what` is the word used in messages. A module `gradual.py` holds the class `Gradual`; so does the
    entry point `gradual = some_package.module:Gradual` of an outsider.
    """

    what: str
    package: str
    group: str

    def names(self) -> tuple[str, ...]:
        """All registered names, sorted; no method is imported."""
        return tuple(sorted({*self._files(), *self._outside()}))

    def summaries(self) -> dict[str, str]:
        """Each name with the first line of its file's docstring; no method of ours is imported."""
        inside = {name: _first_line(path) for name, path in self._files().items()}
        outside = {name: f"from {point.value}" for name, point in self._outside().items()}
        return dict(sorted({**outside, **inside}.items()))

    def get(self, name: str) -> type[M]:
        """The class registered under `name`."""
        if name in self._files():
            module = importlib.import_module(f"{self.package}.{name}")
            found: type[M] = getattr(module, class_name(name))
            return found
        if name in self._outside():
            loaded: type[M] = self._outside()[name].load()
            return loaded
        raise NotFound(f"no {self.what} is called '{name}'", mend=nearest(name, self.names()))

    def make(self, spec: str | Mapping[str, Any] | M) -> M:
        """A method from a string `name:key=value`, a mapping with `name`, or the object itself.

        Raises:
            NotFound: no method is registered by that name.
            ConfigError: a wrong option, or an object of no method registered here.
        """
        if isinstance(spec, str):
            name, options = parse_spec(spec)
            return self.get(name)(**options)
        if isinstance(spec, Mapping):
            given = {key: value for key, value in spec.items() if key != "name"}
            return self.get(str(spec.get("name", "")))(**given)
        if not self._holds(spec):
            raise ConfigError(f"{spec!r} is no {self.what}", mend=f"Known: {', '.join(self.names())}.")
        return spec

    def _holds(self, value: Any) -> bool:
        """Whether a value is of a method registered here."""
        from crosstask.method import Method  # pydantic is not needed to list names

        if not isinstance(value, Method):
            return False
        name = value.method_name()
        return name in self.names() and self.get(name) is type(value)

    def _files(self) -> dict[str, Path]:
        found = importlib.util.find_spec(self.package)
        places = [] if found is None else found.submodule_search_locations or []
        files = (file for place in places for file in Path(place).glob("[a-z]*.py"))
        return {file.stem: file for file in files}

    def _outside(self) -> dict[str, EntryPoint]:
        return {point.name: point for point in _outsiders(self.group, tuple(sys.path))}


@lru_cache(maxsize=64)
def _outsiders(group: str, path: tuple[str, ...]) -> EntryPoints:
    """What packages on `path`, which is `sys.path`, add to a group: a verb asks often, and reading takes a while."""
    return entry_points(group=group)


def _first_line(path: Path) -> str:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]
