"""A classifier as `AutoModelForSequenceClassification`: softmax gives the bundle's calibrated probabilities."""

from __future__ import annotations

from crosstask.models.classifier_card import LAYERS_NOTE, sample_input, text_pipeline
from crosstask.models.exports import Exported, Exporter, OneTask
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.native_classifier import CLASSIFIER, native_classifier, rescaled


class Classification(Exporter):
    """The logits are divided by the temperature."""

    reads = ClassifierHead

    def export(self, task: OneTask, folder: str) -> Exported:
        """A classifier with the labels' names; of long texts it reads the beginning, whatever the bundle reads."""
        scale = 1 / float(task.fitted.get("temperature", 1.0))
        model = native_classifier(
            task.trunk,
            rescaled(task.head(ClassifierHead), scale),
            task.kind.space,
            problem_type="single_label_classification",
        )
        example = f"{text_pipeline('classify', folder)}\nprint(classify({sample_input(task)}))\n"
        return Exported(model, CLASSIFIER, example, (*_cut(task), LAYERS_NOTE), scale)


def _cut(task: OneTask) -> tuple[str, ...]:
    """A sentence where the bundle reads more of a long text than transformers will."""
    if not task.objective.get("windows"):
        return ()
    return (f"Of a text longer than {task.trunk.text.max_length} tokens it reads the beginning alone.",)
