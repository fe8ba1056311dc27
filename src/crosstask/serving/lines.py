"""Rows in and answers out, one a line: plain texts or JSON objects in, JSON objects out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from crosstask.errors import InputError, OutputError
from crosstask.tasks import read_inputs
from crosstask.tasks.bounded import MAX_LINE
from crosstask.tasks.kind import Kind
from crosstask.tasks.task import Example
from crosstask.ui import Ui

Line = tuple[int, str]
"""A line's number, and its text."""

Row = str | dict[str, Any]

STANDARD_INPUT = "standard input"


def rows(lines: Iterable[Line], file: str | None = None) -> Iterator[tuple[int, Row]]:
    """The rows of lines by number: JSON objects where the first line is one, else each line is a text.

    InputError with the row where a line is empty, or is no JSON object among JSON objects.

    >>> list(rows([(1, "what a film"), (3, "{curly} text")])), list(rows([(2, '{"text": "what a film"}')]))
    ([(1, 'what a film'), (3, '{curly} text')], [(2, {'text': 'what a film'})])
    """
    objects: bool | None = None
    for number, line in lines:
        objects = _object(line) is not None if objects is None else objects
        row = _object(line) if objects else line.strip()
        if not row:
            message = "is no JSON object as the first row is" if objects and line.strip() else "is empty"
            raise InputError(message, file=file, row=number, mend="Give one text or one JSON object a line.")
        yield number, row


def examples(lines: Iterable[Line], kind: Kind, file: str | None = None) -> Iterator[Example]:
    """The examples of lines, as `rows` reads them, in their order."""
    for number, row in rows(lines, file):
        try:
            (example,) = read_inputs([row], kind)
        except InputError as error:
            raise InputError(error.message, file=file, row=number, field=error.field, mend=error.mend) from None
        yield replace(example, row=number)


def standard_input(ui: Ui) -> Iterator[Line]:
    """The lines of standard input that are not blank, decoded as UTF-8; `ui` is told at the end how many were.

    InputError where nobody pipes anything into it, or nothing but blank lines.
    """
    found = blank = 0
    for number, line in enumerate(_piped_lines(), start=1):
        if line.strip():
            found += 1
            yield number, line
        else:
            blank += 1
    if blank:
        ui.note("1 blank line was passed over" if blank == 1 else f"{blank:,} blank lines were passed over")
    if not found:
        raise InputError("there is nothing to predict", file=STANDARD_INPUT, mend="Give at least one text.")


def _piped_lines() -> Iterator[str]:
    stream: IO[bytes] = sys.stdin.buffer
    if sys.stdin.isatty():
        raise InputError("there is nothing to predict", mend="Give texts, --input FILE, or pipe lines into it.")
    for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE + 1), b""), start=1):
        if len(line) > MAX_LINE:
            raise InputError("is longer than 16 MiB", file=STANDARD_INPUT, row=number, mend="Shorten the text.")
        yield _decoded(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line, number)


def check_out(path: Path, *, overwrite: bool, sources: Iterable[Path] = ()) -> None:
    """OutputError where `path` may not be written: what lies in one of the `sources` is never overwritten."""
    if not os.path.lexists(path):
        return
    if not path.is_file():
        what = "a folder" if path.is_dir() else "no ordinary file"
        raise OutputError(f"is {what}, and a file is to be written", file=path, mend="Choose another --out.")
    if any(path.resolve().is_relative_to(source.resolve()) for source in sources):
        raise OutputError("is read here, and cannot be written too", file=path, mend="Choose another --out.")
    if not overwrite:
        raise OutputError("is there already", file=path, mend="Choose another --out, or add --overwrite to replace it.")


def write_json_lines(path: Path, records: Iterable[Mapping[str, Any]]) -> int:
    """Write the records to a file that is there whole or not at all; how many there were."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    try:
        with partial.open("w", encoding="utf-8", errors="backslashreplace") as out:
            count = sum(bool(out.write(line)) for line in lines)
            out.flush()
            os.fsync(out.fileno())
        partial.replace(path)
    except OSError as error:
        raise OutputError(
            f"cannot be written ({error.strerror or error})", file=path, mend="Choose another --out."
        ) from None
    finally:
        with suppress(OSError):
            partial.unlink()
    return count


def _object(line: str) -> dict[str, Any] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 (byte 0x{line[error.start]:02x} at {error.start + 1})"
        raise InputError(message, file=STANDARD_INPUT, row=number, mend="Pipe UTF-8 text into it.") from None
