"""What it will cost to answer rows with a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crosstask.tasks.task import Example

if TYPE_CHECKING:
    from crosstask.runs.forecast import Forecast
    from crosstask.serving.bundle import Bundle
    from crosstask.serving.learned import LearnedTask


def answering(bundle: Bundle, learned: LearnedTask, examples: Sequence[Example]) -> Forecast:
    """Seconds and memory of predicting `examples` with a loaded bundle."""
    from crosstask.runs.forecast import inference
    from crosstask.training.lesson import Lesson

    trunk = bundle.model.trunk
    lesson = Lesson.of_examples(learned.task, examples, learned.objective, trunk.text)
    return inference(trunk, lesson, bundle.runtime.device)
