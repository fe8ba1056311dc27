"""What a study will cost."""

from __future__ import annotations

from dataclasses import replace

from crosstask.runs.forecast import Forecast, in_turn, inference, training
from crosstask.tasks.task import TEST
from crosstask.transfer.study import Study

_STARTS = 2  # of a study that stay open beside the one planned with: its own once more, and the source's


def study_forecast(study: Study) -> Forecast:
    """The sum over a study's trials and the scoring of its test rows, as if its folder held none of them."""
    first = study.direct_trial(0)
    trunk = first.start.trunk
    scored = inference(trunk, first.lesson(TEST), study.runtime.device)
    each = [training(study.direct_trial(draw)) for draw in range(study.draws)]
    ways_and_probe = [*each, *each, *[scored] * 3 * study.draws]
    found = in_turn([training(study.source_trial), scored, *ways_and_probe])
    return replace(found, memory=found.memory + _STARTS * sum(weight.nbytes for weight in trunk.parameters()))
