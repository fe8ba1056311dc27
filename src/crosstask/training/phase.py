"""A phase: a stretch of a run with one mixture, one tuning, one set of rates and a number of steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crosstask.models.tuning import Tuning
from crosstask.tasks.mixture import Mixture
from crosstask.training.lesson import Lesson
from crosstask.training.rates import Rates


@dataclass(frozen=True)
class Phase:
    """One stretch of a run. The mixture says which task a step trains on; `lessons` holds each task's train rows.

    `batch_size` counts rows of an optimizer step; `micro_tokens` bounds the padded tokens of one forward pass.
    """

    steps: int
    mixture: Mixture
    lessons: Mapping[str, Lesson]
    tuning: Tuning
    rates: Rates
    batch_size: int = 32
    micro_tokens: int = 4096
    name: str = "train"
