"""A multi-label classifier as `AutoModelForSequenceClassification`: a sigmoid gives each label's probability."""

from __future__ import annotations

from crosstask.evidence.thresholds import DEFAULT
from crosstask.models.classifier_card import LAYERS_NOTE, sample_input, text_pipeline
from crosstask.models.exports import Exported, Exporter, OneTask
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.native_classifier import CLASSIFIER, native_classifier, rescaled

_EXAMPLE = """{pipeline}
thresholds = classify.model.config.thresholds
for found in classify([{sample}])[0]:
    if found["score"] >= thresholds[found["label"]]:
        print(found["label"], found["score"])
"""
_NOTE = """\
The scores are probabilities. From which one on a label is given was chosen on validation rows, label by label: these
thresholds stand in `config.json`."""


class MultiLabel(Exporter):
    """The logits are divided by the temperature; thresholds go along as `thresholds` of the config.

    Moved into the bias, they would make every threshold 0.5, and the scores probabilities no more.
    """

    reads = ClassifierHead

    def export(self, task: OneTask, folder: str) -> Exported:
        """A classifier with the labels' names and thresholds."""
        scale = 1 / float(task.fitted.get("temperature", 1.0))
        chosen = task.fitted.get("thresholds", {})
        model = native_classifier(
            task.trunk,
            rescaled(task.head(ClassifierHead), scale),
            task.kind.space,
            problem_type="multi_label_classification",
            thresholds={label: chosen.get(label, DEFAULT) for label in task.kind.space},
        )
        example = _EXAMPLE.format(pipeline=text_pipeline("classify", folder, top_k=None), sample=sample_input(task))
        return Exported(model, CLASSIFIER, example, (_NOTE, LAYERS_NOTE) if chosen else (LAYERS_NOTE,), scale)
