"""Rows in and answers out, one a line: plain texts or JSON objects in, JSON objects out."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import IO, Any

from crosstask.errors import InputError, OutputError
from crosstask.models.whole_folder import check_apart
from crosstask.tasks import read_inputs
from crosstask.tasks.bounded import MAX_LINE
from crosstask.tasks.form import form
from crosstask.tasks.kind import Kind
from crosstask.tasks.task import Example
from crosstask.ui import Ui

Line = tuple[int, str]
"""A line's number, and its text."""

Row = str | dict[str, Any]

STANDARD_INPUT = "standard input"


def row_of_yours(kind: Kind) -> str:
    """What a row of a kind looks like where a person writes it: a text, or a JSON object of several fields."""
    if [*kind.inputs] == ["messages"]:
        return json.dumps({"messages": [{"role": "user", "content": "a text of yours"}]})
    each = {name: f"a {name.replace('_', ' ')} of yours" for name in kind.inputs}
    return json.dumps(each) if len(each) > 1 else "a text of yours"


def rows(lines: Iterable[Line], file: str | None = None) -> Iterator[tuple[int, Row]]:
    """The rows of lines by number: JSON objects where the first line is one, else each line is a text.

    InputError with the row where a line is empty, and where JSON objects and other lines stand together.

    >>> list(rows([(1, "what a film"), (3, "{curly} text")])), list(rows([(2, '{"text": "what a film"}')]))
    ([(1, 'what a film'), (3, '{curly} text')], [(2, {'text': 'what a film'})])
    """
    lines = iter(lines)
    first = next(lines, None)
    if first is None:
        return
    objects = _object(first[1]) is not None
    for number, line in chain([first], lines):
        found = _object(line)
        row: Row | None = found if objects else line.strip()
        if not row:
            message = "is no JSON object as the first row is" if found is None and line.strip() else "is empty"
            raise InputError(message, file=file, row=number, mend="Give one text or one JSON object a line.")
        if found is not None and not objects:
            raise _mixed(first, number, file)
        yield number, row


def _mixed(first: Line, number: int, file: str | None) -> InputError:
    """What is wrong where row `number` is the first JSON object: it, or the first row that was to be one."""
    if first[1].lstrip().startswith("{"):
        message = f"begins as a JSON object and is none, and row {number} is one"
        return InputError(message, file=file, row=first[0], mend="Correct it.")
    mend = 'Give all rows as texts or all as objects; {"text": "..."} may hold any text.'
    return InputError("is a JSON object, and the first row is a text", file=file, row=number, mend=mend)


def examples(lines: Iterable[Line], kind: Kind, file: str | None = None) -> Iterator[Example]:
    """The examples of lines, as `rows` reads them, in their order."""
    for number, row in rows(lines, file):
        try:
            _require_inputs(row, kind)
            (example,) = read_inputs([row], kind)
        except InputError as error:
            raise error.at(file, number) from None
        yield replace(example, row=number)


def _require_inputs(row: Row, kind: Kind) -> None:
    """Refuse a text alone where a row has several inputs."""
    if isinstance(row, str) and len(kind.inputs) > 1:
        given = json.dumps(dict.fromkeys(kind.inputs.values(), "..."), ensure_ascii=False)
        raise InputError(f"is one text, and the bundle {form(kind)}", mend=f"Give a JSON object: {given}.")


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
    """OutputError where `path` may not be written: it lies in a bundle, or is there and in one of the `sources`."""
    there = os.path.lexists(path)
    if there and not path.is_file():
        what = "a folder" if path.is_dir() else "no ordinary file"
        raise OutputError(f"is {what}, and a file is to be written", file=path, mend="Choose another --out.")
    check_apart(path, sources if there else ())
    if there and not overwrite:
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
            f"cannot be written: {error.strerror or error}", file=path, mend="Choose another --out."
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
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _decoded(line: bytes, number: int) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 (byte 0x{line[error.start]:02x} at {error.start + 1})"
        raise InputError(message, file=STANDARD_INPUT, row=number, mend="Pipe UTF-8 text into it.") from None
