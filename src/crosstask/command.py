"""The command lines that people are told to run next: they work where they are told."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from pathlib import Path


def command_line(*arguments: object) -> str:
    """`crosstask` with these arguments, quoted for a shell.

    Where no `crosstask` is on PATH, it is called by the path of the script that runs now, or of this Python.
    """
    return shlex.join([*_program(), *map(str, arguments)])


def _program() -> list[str]:
    if shutil.which("crosstask"):
        return ["crosstask"]
    script = Path(sys.argv[0])
    if script.stem == "crosstask" and script.is_file():
        return [_seen_from_here(script)]
    return [_seen_from_here(Path(sys.executable)), "-m", "crosstask"]


def _seen_from_here(program: Path) -> str:
    """The path from the working folder where it leads down, else from the root."""
    path, here = program.absolute(), Path.cwd()
    return f".{os.sep}{path.relative_to(here)}" if path.is_relative_to(here) else str(path)
