"""Export: a bundle with one head as a plain checkpoint for people without crosstask."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Literal, cast

import torch
from torch import Tensor

from crosstask.errors import BundleError
from crosstask.models.bundle import BundleContents
from crosstask.models.export_card import export_card
from crosstask.models.export_mark import export_mark, write_mark
from crosstask.models.exports import EXPORTS, Exported, OneTask
from crosstask.models.heads.language import LanguageHead
from crosstask.models.model import MultiTaskModel
from crosstask.models.parts import merge_parts, parts_aside
from crosstask.models.text_prefix import write_prefix
from crosstask.models.transformers_exports import (
    adapted_outputs,
    exported_outputs,
    save_exported,
    save_generation_config,
)
from crosstask.models.tuning.lora import Lora
from crosstask.models.whole_folder import whole_folder
from crosstask.tasks.description import from_description

Adapters = Literal["merged", "kept"]

_TOLERANCE = {False: 1e-5, True: 1e-4}  # for encoders, and for decoders, which are deeper
_PROBES = ("Yes.", "A short sentence about nothing in particular.", "one two three four five six seven eight " * 4)


def export_transformers(
    contents: BundleContents, folder: Path, *, adapters: Adapters = "merged", overwrite: bool = False
) -> None:
    """Write a folder that transformers' `AutoModelFor...` of the bundle's kind and `AutoTokenizer` open.

    Its outputs are the bundle's, with what was fitted after training in them where that is possible. They are compared
    on a few texts before the folder is put in place. Low-rank updates are merged into the weights; `kept`, they alone
    are written, and peft opens them on the bundle's `trunk/`. BundleError where the bundle has not one head, or where
    transformers has nothing that computes it.
    """
    task = _only_task(contents, adapters)
    exported = EXPORTS.get(task.kind.method_name())().export(task, folder.resolve().name)
    with whole_folder(folder, overwrite=overwrite) as place:
        found = (_write_kept if adapters == "kept" else _write_model)(task, exported, place)
        write_mark(export_mark(contents, adapters=adapters), place)
        library = "peft" if adapters == "kept" else "transformers"
        card = export_card(contents.card, library, exported, task.trunk.text.prefix)
        (place / "README.md").write_text(card, encoding="utf-8", newline="\n")
        expected = _outputs(contents.model, task) * exported.scale + exported.shift
        _check_equal(found, expected, _TOLERANCE[task.trunk.causal])


def require_exportable(contents: BundleContents, adapters: Adapters = "merged") -> None:
    """BundleError where the bundle's tasks, its head or its tuning cannot be exported so, whatever its trunk."""
    if len(contents.tasks) != 1:
        names = ", ".join(contents.tasks)
        raise BundleError(f"the bundle has {len(contents.tasks)} heads: {names}", mend="Export a bundle with one head.")
    task = _one_task(contents, contents.model)
    kind = task.kind.method_name()
    if kind not in EXPORTS.names():
        message = f"transformers has no counterpart of '{task.name}', a {kind}"
        raise BundleError(message, mend=f"Export a bundle of one of these: {', '.join(EXPORTS.names())}.")
    task.head(EXPORTS.get(kind).reads)
    if adapters == "kept":
        _require_kept(contents.model, task.name)


def _require_kept(model: MultiTaskModel, task: str) -> None:
    if not isinstance(model.attached.get("lora"), Lora) or len(model.attached) > 1:
        raise BundleError("the bundle has no low-rank updates to keep apart", mend="Leave --adapters out.")
    if not isinstance(model.head(task), LanguageHead):
        message = "peft's format has no place for the head beside the low-rank updates"
        raise BundleError(message, mend="Leave --adapters out: the updates are merged into the weights.")


def _only_task(contents: BundleContents, adapters: Adapters) -> OneTask:
    """The bundle's task; its model is a copy with merged parts where it has some that are not to be kept."""
    require_exportable(contents, adapters)
    model = contents.model
    if model.attached and adapters == "merged":
        model = copy.deepcopy(model)
        merge_parts(model)
    return _one_task(contents, model)


def _one_task(contents: BundleContents, model: MultiTaskModel) -> OneTask:
    name, description = next(iter(contents.tasks.items()))
    kind = from_description(description["task"]).kind
    return OneTask(name, kind, model, description["objective"], description["fitted"])


def _write_model(task: OneTask, exported: Exported, place: Path) -> Tensor:
    """Write model and tokenizer; what transformers makes of the probes with them."""
    save_exported(exported.model, task.trunk.text, place)
    write_prefix(place, task.trunk.text.prefix)
    if exported.decoding is not None:
        save_generation_config(task.trunk, exported.decoding, place)
    return exported_outputs(place, exported.opened_by, _probes(task))


def _write_kept(task: OneTask, exported: Exported, place: Path) -> Tensor:
    """Write the low-rank updates; what transformers makes of the probes with them on the trunk."""
    cast(Lora, task.model.attached["lora"]).write(task.model, place)
    with parts_aside(task.model):
        return adapted_outputs(task.trunk, place, _probes(task))


def _probes(task: OneTask) -> list[tuple[str, ...]]:
    return [(text,) * len(task.kind.inputs) for text in _PROBES]


@torch.inference_mode()
def _outputs(model: MultiTaskModel, task: OneTask) -> Tensor:
    """The outputs of the bundle's own model for the probes, one a row or one a token of all rows."""
    tokens = model.trunk.text.pad(model.trunk.text.encode(_probes(task)))
    outputs: Tensor = model.eval()(task.name, tokens)
    return outputs[tokens.mask] if outputs.ndim == 3 else outputs


def _check_equal(exported: Tensor, own: Tensor, tolerance: float) -> None:
    mend = "Report this bundle's trunk."
    if exported.shape != own.shape:
        raise BundleError("the exported tokenizer would read other tokens", mend=mend)
    difference = float((exported - own).abs().max() / own.abs().max().clamp_min(1.0))
    if not difference < tolerance:
        raise BundleError(f"the exported model's outputs would differ by {difference:.1e}", mend=mend)
