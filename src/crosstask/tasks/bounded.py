"""Bytes and lines of a file from outside: unzipped, decoded, and bounded in size."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from crosstask.errors import InputError

MAX_LINE = 16 << 20
"""Bytes a line may hold, and characters a cell may."""

MAX_DOCUMENT = 256 << 20
"""Bytes of a file that has to be held whole."""

MAX_FILE = 4 << 30
"""Bytes a file may hold once unzipped."""

_AS_UTF_8 = "Save the file as UTF-8 (spreadsheets call it CSV UTF-8)."


class ByteStream(Protocol):
    """What reading needs of an open file."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, all where it is negative, none at the end."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, or its first `size` bytes."""


@contextmanager
def open_bytes(path: Path) -> Iterator[ByteStream]:
    """The file's bytes, unzipped where its name ends in `.gz`; an InputError where they cannot be read."""
    zipped = path.name.lower().endswith(".gz")
    try:
        with path.open("rb") as stream:
            yield gzip.GzipFile(fileobj=stream) if zipped else stream
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise InputError("is a broken or truncated gzip file", file=path, mend="Make or fetch it anew.") from None
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", file=path, mend="Check the file.") from None


def read_lines(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file with their line ends, of any system; no more of a line is read than the bound."""
    total = 0
    with open_bytes(path) as stream:
        for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE + 1), b""), start=1):
            total += len(line)
            _require_bounds(path, number, len(line), total)
            text = _decode(path, number, line.removeprefix(codecs.BOM_UTF8) if number == 1 else line)
            yield from io.StringIO(text, newline="") if "\r" in text else [text]


def read_document(path: Path) -> str:
    """A UTF-8 file that has to be read whole, within bounds."""
    with open_bytes(path) as stream:
        content = stream.read(MAX_DOCUMENT + 1)
    if len(content) > MAX_DOCUMENT:
        raise InputError(f"is larger than {_size(MAX_DOCUMENT)}", file=path, mend="Write it as JSON lines (.jsonl).")
    return _decode(path, 1, content.removeprefix(codecs.BOM_UTF8))


def _require_bounds(path: Path, number: int, length: int, total: int) -> None:
    if length > MAX_LINE:
        message = f"line {number} is longer than {_size(MAX_LINE)}"
        raise InputError(message, file=path, mend="Check that its rows end in line feeds, or shorten the text.")
    if total > MAX_FILE:
        raise InputError(f"holds more than {_size(MAX_FILE)}", file=path, mend="Give a part of it.")


def _decode(path: Path, number: int, line: bytes) -> str:
    if line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise InputError("is UTF-16 text, and UTF-8 is read", file=path, mend=_AS_UTF_8)
    if b"\0" in line:
        message = f"line {number} holds a NUL byte: it is no UTF-8 text"
        raise InputError(message, file=path, mend=_AS_UTF_8)
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        found = f"line {number} is not UTF-8 (byte 0x{line[error.start]:02x} at {error.start + 1})"
        raise InputError(found, file=path, mend=_AS_UTF_8) from None


def _size(count: int) -> str:
    return f"{count >> 30} GiB" if count >= 1 << 30 else f"{count >> 20} MiB"
