"""Export: a bundle with one classification head as a plain checkpoint for people without crosstask."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from crosstask.errors import BundleError
from crosstask.models.bundle import BundleContents
from crosstask.models.content_hash import content_hash
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.native_layers import NATIVES, Native, most_labels, write_head
from crosstask.models.transformers_gateway import classifier_logits, save_pretrained, sequence_classifier
from crosstask.models.whole_folder import EXPORT, whole_folder

_TOLERANCE = 1e-5
_PROBES = ("Yes.", "A short sentence about nothing in particular.", "one two three four five six seven eight " * 4)


def export_transformers(contents: BundleContents, folder: Path, *, overwrite: bool = False) -> None:
    """Write a folder that `AutoModelForSequenceClassification` and `AutoTokenizer` open.

    Its outputs are the bundle's logits divided by the bundle's temperature, so softmax of them gives the bundle's own
    probabilities. They are compared on a few texts before the folder is put in place. BundleError where the bundle has
    not one classification head, or where its trunk's architecture cannot hold that head (see `native_layers`).
    """
    task, head, labels = _only_classifier(contents)
    trunk = contents.model.trunk
    native = _native(trunk.config, head, labels)
    temperature = float(contents.tasks[task]["temperature"])
    model, encoder = sequence_classifier(trunk, labels, more_layers=1)
    write_head(model, encoder, head, native, temperature)
    with whole_folder(folder, overwrite=overwrite) as place:
        save_pretrained(model, trunk.text, place)
        (place / EXPORT).write_text(_mark(contents), encoding="utf-8", newline="\n")
        (place / "README.md").write_text(_card(contents.card, folder.name), encoding="utf-8", newline="\n")
        _check_equal(classifier_logits(place, _PROBE_ROWS), _logits(contents, task) / temperature)


_PROBE_ROWS = [(text,) for text in _PROBES]


def _only_classifier(contents: BundleContents) -> tuple[str, ClassifierHead, Sequence[str]]:
    if len(contents.tasks) != 1:
        names = ", ".join(contents.tasks)
        raise BundleError(f"the bundle has {len(contents.tasks)} heads: {names}", mend="Export a bundle with one head.")
    task, description = next(iter(contents.tasks.items()))
    head = contents.model.head(task)
    if not isinstance(head, ClassifierHead):
        raise BundleError(f"the head of '{task}' is no classifier", mend="Export a bundle of a classification task.")
    return task, head, description["task"]["kind"]["labels"]


def _native(config: Mapping[str, Any], head: ClassifierHead, labels: Sequence[str]) -> Native:
    kind = config["model_type"]
    if kind not in NATIVES:
        raise BundleError(
            f"transformers' own classifier of a '{kind}' trunk cannot hold the head",
            mend=f"Use a trunk of one of these: {', '.join(sorted(NATIVES))}.",
        )
    most = most_labels(NATIVES[kind], head.linear.in_features)
    if most is not None and len(labels) > most:
        raise BundleError(
            f"transformers' own classifier of this '{kind}' trunk holds {most} labels, and there are {len(labels)}",
            mend="Use a trunk of the type bert or roberta.",
        )
    return NATIVES[kind]


@torch.inference_mode()
def _logits(contents: BundleContents, task: str) -> Tensor:
    text = contents.model.trunk.text
    return cast(Tensor, contents.model.eval()(task, text.pad(text.encode(_PROBE_ROWS))))


def _check_equal(exported: Tensor, own: Tensor) -> None:
    difference = float((exported - own).abs().max() / own.abs().max().clamp_min(1.0))
    if not difference < _TOLERANCE:
        raise BundleError(
            f"the exported model's outputs would differ by {difference:.1e}", mend="Report this bundle's trunk."
        )


def _mark(contents: BundleContents) -> str:
    """What says that crosstask wrote the folder: its version, and the content hash of the bundle's model and tasks."""
    bundle = content_hash(contents.model, contents.tasks)
    return json.dumps({"crosstask": version("crosstask"), "bundle": bundle}, indent=2) + "\n"


def _card(card: str, name: str) -> str:
    """The bundle's card, for transformers."""
    card = re.sub(r"^library_name: .*$", "library_name: transformers", card, count=1, flags=re.MULTILINE)
    return f"""{card.rstrip()}

## Use with transformers

```python
from transformers import pipeline

classify = pipeline("text-classification", model="{name}")
```

The last layer of the encoder is the pooling of the classifier, written as a layer; the layers below it are the trunk.
"""
