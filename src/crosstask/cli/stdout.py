"""Standard output: JSON lines, in UTF-8, and nothing that libraries print."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from io import TextIOWrapper
from os import PathLike
from typing import Any, TextIO

_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")}
_ESCAPES = {code: f"\\x{code:02x}" for code in _CONTROLS}  # a terminal would obey them


def speak_utf8() -> None:
    """Write UTF-8 whatever the locale; half a character, which UTF-8 has no bytes for, is written as its escape."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")


@contextmanager
def reserved() -> Iterator[TextIO]:
    """The real standard output while the context is open; what others print meanwhile goes to standard error."""
    out = sys.stdout
    with redirect_stdout(sys.stderr):
        yield out


def write(record: Mapping[str, Any], out: TextIO) -> None:
    """One JSON object on one line."""
    out.write(json.dumps(plain(record), ensure_ascii=False, allow_nan=False) + "\n")
    out.flush()


def write_lines(records: Iterable[Mapping[str, Any]], out: TextIO) -> None:
    """One JSON object a line, each as soon as it is there."""
    for record in records:
        write(record, out)


def write_pieces(pieces: Iterable[str], out: TextIO) -> None:
    """Text as it comes; a control character but for line ends and tabs is written as its escape."""
    for piece in pieces:
        out.write(piece.translate(_ESCAPES))
        out.flush()


def abandon() -> None:
    """Forget what is still to be written: the reader has gone, and Python would complain on its way out."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain(value: Any) -> Any:
    """The value in JSON's own types; what is not a finite number becomes null."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, PathLike):
        return os.fspath(value)
    return plain(_spoken(value))


def _spoken(value: Any) -> Any:
    for way in ("to_json", "config", "tolist"):
        if hasattr(value, way):
            return getattr(value, way)()
    raise TypeError(f"{type(value).__name__} has no JSON form")
