"""A command line understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crosstask.step import Step


@dataclass(frozen=True)
class Call:
    """The step with its options, and how to answer."""

    step: Step
    dry_run: bool = False
    json: bool = False
