"""A regression as `AutoModelForSequenceClassification` with one output: the score in its own unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from crosstask.models.classifier_card import LAYERS_NOTE, sample_input, text_pipeline
from crosstask.models.exports import Exported, Exporter, OneTask
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.native_classifier import CLASSIFIER, native_classifier, rescaled

if TYPE_CHECKING:
    from crosstask.tasks.kinds import regression


class Regression(Exporter):
    """The output is multiplied by the spread of the train scores, and their mean added."""

    reads = ClassifierHead

    def export(self, task: OneTask, folder: str) -> Exported:
        """A model of one output, called `score`."""
        kind = cast("regression.Regression", task.kind)
        mean, spread = cast(float, kind.mean), cast(float, kind.spread)
        head = rescaled(task.head(ClassifierHead), spread, mean)
        model = native_classifier(task.trunk, head, ("score",), problem_type="regression")
        example = f'{text_pipeline("rate", folder)}\nprint(rate([{sample_input(task)}])[0]["score"])\n'
        return Exported(model, CLASSIFIER, example, (LAYERS_NOTE,), scale=spread, shift=mean)
