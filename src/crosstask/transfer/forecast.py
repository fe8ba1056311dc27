"""What a study will cost."""

from __future__ import annotations

from crosstask.runs.forecast import Forecast, in_turn, inference, training
from crosstask.tasks.task import TEST
from crosstask.transfer.study import Study


def study_forecast(study: Study) -> Forecast:
    """The sum over a study's trials and the scoring of its test rows, as if its folder held none of them."""
    first = study.direct_trial(0)
    scored = inference(first.start.trunk, first.lesson(TEST), study.runtime.device)
    each = [training(study.direct_trial(draw)) for draw in range(study.draws)]
    ways_and_probe = [*each, *each, *[scored] * 3 * study.draws]
    return in_turn([training(study.source_trial), *ways_and_probe])
