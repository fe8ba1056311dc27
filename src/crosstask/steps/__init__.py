"""The verbs: one file, one frozen value with `run` and `plan`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crosstask.registry import Registry

if TYPE_CHECKING:
    from crosstask.step import Step

STEPS: Registry[Step] = Registry("verb", "crosstask.steps", "crosstask.steps")
