"""What is kept in a temporary file, so that memory does not hold it."""

from __future__ import annotations

from tempfile import TemporaryFile
from types import TracebackType
from typing import Self


class Temporary:
    """A context manager with a temporary `_file`, which goes when it is left."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115  # closed by this class's own exit

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
