"""The command line: it builds itself from the steps."""

from __future__ import annotations

from crosstask.cli.entry import main

__all__ = ["main"]
