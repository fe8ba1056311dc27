"""Export: a bundle with one classification head as a plain checkpoint for people without crosstask."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor

from crosstask.errors import BundleError
from crosstask.models.bundle import BundleContents
from crosstask.models.content_hash import content_hash
from crosstask.models.export_card import export_card
from crosstask.models.heads.classifier import ClassifierHead
from crosstask.models.native_layers import NATIVES, Native, most_labels, write_head
from crosstask.models.transformers_gateway import classifier_logits, save_classifier, sequence_classifier
from crosstask.models.whole_folder import EXPORT, whole_folder
from crosstask.tasks.description import from_description
from crosstask.tasks.kind import Kind

_TOLERANCE = 1e-5
_PROBES = ("Yes.", "A short sentence about nothing in particular.", "one two three four five six seven eight " * 4)


def export_transformers(contents: BundleContents, folder: Path, *, overwrite: bool = False) -> None:
    """Write a folder that `AutoModelForSequenceClassification` and `AutoTokenizer` open.

    Its outputs are the bundle's logits divided by the bundle's temperature, so softmax of them gives the bundle's own
    probabilities. They are compared on a few texts before the folder is put in place. BundleError where the bundle has
    not one classification head, or where its trunk's architecture cannot hold that head (see `native_layers`).
    """
    task, head, kind = _only_classifier(contents)
    trunk = contents.model.trunk
    native = _native(trunk.config, head)
    temperature = float(contents.tasks[task]["temperature"])
    model, encoder = sequence_classifier(trunk, kind.space, more_layers=1)
    write_head(model, encoder, head, native, temperature)
    rows = [(text,) * len(kind.inputs) for text in _PROBES]
    with whole_folder(folder, overwrite=overwrite) as place:
        save_classifier(model, trunk.text, place)
        (place / EXPORT).write_text(_mark(contents), encoding="utf-8", newline="\n")
        card = export_card(contents.card, folder.resolve().name, pair=len(kind.inputs) > 1)
        (place / "README.md").write_text(card, encoding="utf-8", newline="\n")
        _check_equal(classifier_logits(place, rows), _logits(contents, task, rows) / temperature)


def is_export_of(contents: BundleContents, folder: Path) -> bool:
    """Whether `folder` holds what this crosstask exports of this very bundle."""
    try:
        return (folder / EXPORT).read_text(encoding="utf-8") == _mark(contents)
    except (OSError, ValueError):
        return False


def _only_classifier(contents: BundleContents) -> tuple[str, ClassifierHead, Kind]:
    if len(contents.tasks) != 1:
        names = ", ".join(contents.tasks)
        raise BundleError(f"the bundle has {len(contents.tasks)} heads: {names}", mend="Export a bundle with one head.")
    task, description = next(iter(contents.tasks.items()))
    head = contents.model.head(task)
    if not isinstance(head, ClassifierHead):
        raise BundleError(f"the head of '{task}' is no classifier", mend="Export a bundle of a classification task.")
    return task, head, from_description(description["task"]).kind


def _native(config: Mapping[str, Any], head: ClassifierHead) -> Native:
    kind = config["model_type"]
    if kind not in NATIVES:
        raise BundleError(
            f"transformers' own classifier of a '{kind}' trunk cannot hold the head",
            mend=f"Use a trunk of one of these: {', '.join(sorted(NATIVES))}.",
        )
    most, labels = most_labels(NATIVES[kind], head.linear.in_features), head.linear.out_features
    if most is not None and labels > most:
        raise BundleError(
            f"transformers' own classifier of this '{kind}' trunk holds {most} labels, and there are {labels}",
            mend="Use a trunk of the type bert or roberta.",
        )
    return NATIVES[kind]


@torch.inference_mode()
def _logits(contents: BundleContents, task: str, rows: list[tuple[str, ...]]) -> Tensor:
    text = contents.model.trunk.text
    return cast(Tensor, contents.model.eval()(task, text.pad(text.encode(rows))))


def _check_equal(exported: Tensor, own: Tensor) -> None:
    difference = float((exported - own).abs().max() / own.abs().max().clamp_min(1.0))
    if not difference < _TOLERANCE:
        raise BundleError(
            f"the exported model's outputs would differ by {difference:.1e}", mend="Report this bundle's trunk."
        )


def _mark(contents: BundleContents) -> str:
    """What says that crosstask wrote the folder: its version, and a hash of the bundle's model, tasks and card."""
    bundle = content_hash(contents.model, [contents.tasks, contents.card])
    return json.dumps({"crosstask": version("crosstask"), "bundle": bundle}, indent=2) + "\n"
