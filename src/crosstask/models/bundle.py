"""The bundle on disk: trunk, heads, parts, tasks and card in one folder, written whole and checked when read.

The format is described in docs/bundle.md.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from safetensors.torch import load_file, save_file

from crosstask.disk import exists
from crosstask.models.bundle_record import MANIFEST, BundleRecord, Manifest
from crosstask.models.head import Head, build_head
from crosstask.models.model import MultiTaskModel
from crosstask.models.parts import parts_aside, read_parts, write_parts
from crosstask.models.safe_name import safe_name
from crosstask.models.strict_json import json_text
from crosstask.models.transformers_gateway import load_trunk, save_trunk
from crosstask.models.whole_folder import replace_file, whole_folder


@dataclass(frozen=True)
class BundleContents:
    """What a bundle holds; `tasks` maps each task's name to its description, head config included."""

    model: MultiTaskModel
    tasks: Mapping[str, Mapping[str, Any]]
    record: BundleRecord
    card: str


def is_bundle(path: str | os.PathLike[str]) -> bool:
    """Whether a bundle stands at `path`, damaged or not."""
    return exists(Path(path) / MANIFEST)


def write_bundle(
    folder: Path,
    model: MultiTaskModel,
    tasks: Mapping[str, Mapping[str, Any]],
    record: BundleRecord,
    card: str,
    *,
    journal: Sequence[Mapping[str, Any]] = (),
    overwrite: bool = False,
) -> None:
    """Write a bundle, whole or not at all; OutputError where `folder` is taken or cannot be written.

    `tasks` describes each task of the model in plain JSON values: the task, its objective's config, what was fitted
    after training; the head's config and the length at which texts are cut are added here. `card` is the text of
    README.md, `journal` the rows of metrics.jsonl.
    """
    with whole_folder(folder, overwrite=overwrite) as place:
        with parts_aside(model):
            save_trunk(model.trunk, place / "trunk")
        parts = write_parts(model, place)
        for task in model.tasks:
            made_of = {"head": model.head(task).config, "max_length": model.trunk.text.max_length}
            _write_task(place, task, model.head(task), {**tasks[task], **made_of})
        (place / "README.md").write_text(card, encoding="utf-8", newline="\n")
        if journal:
            rows = "".join(json_text(row) + "\n" for row in journal)
            (place / "metrics.jsonl").write_text(rows, encoding="utf-8", newline="\n")
        manifest = Manifest.of(place, record, model.tasks, parts)
        (place / MANIFEST).write_text(manifest.text(), encoding="utf-8", newline="\n")


def read_bundle(folder: str | os.PathLike[str], *, max_length: int | Literal["own"] | None = "own") -> BundleContents:
    """What the bundle at `folder` holds, on the CPU, in evaluation mode.

    Texts are cut where they were in training; for a new training `max_length` chooses another length, None that of
    `load_trunk`. BundleError names the file where one is missing, changed or no part of it, or the format is newer;
    ConfigError where the trunk cannot read `max_length` tokens.
    """
    folder = Path(folder)
    manifest = Manifest.read(folder)
    manifest.check(folder)
    tasks = {task: _read_task(folder, task) for task in manifest.tasks}
    heads = {task: _read_head(folder, task, description["head"]) for task, description in tasks.items()}
    length = max(task["max_length"] for task in tasks.values()) if max_length == "own" else max_length
    model = MultiTaskModel(load_trunk(folder / "trunk", max_length=length), heads)
    read_parts(model, folder, manifest.parts)
    return BundleContents(model.eval(), tasks, manifest.record, (folder / "README.md").read_text(encoding="utf-8"))


def read_record(folder: str | os.PathLike[str]) -> BundleRecord:
    """What the bundle says of itself; no other file is opened."""
    return Manifest.read(Path(folder)).record


def update_record(folder: str | os.PathLike[str], record: BundleRecord) -> None:
    """Put `record` in the place of the bundle's own, in one move: a reading of the test split is recorded so."""
    manifest = Manifest.read(Path(folder))
    replace_file(Path(folder) / MANIFEST, replace(manifest, record=record).text())


def _write_task(folder: Path, task: str, head: Head, description: Mapping[str, Any]) -> None:
    weights, text = _task_files(folder, task)
    for file in (weights, text):
        file.parent.mkdir(exist_ok=True)
    save_file({name: value.contiguous() for name, value in head.state_dict().items()}, weights)
    text.write_text(json_text(description, indent=2) + "\n", encoding="utf-8", newline="\n")


def _read_task(folder: Path, task: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_task_files(folder, task)[1].read_text(encoding="utf-8"))
    return found


def _read_head(folder: Path, task: str, config: Mapping[str, Any]) -> Head:
    head = build_head(config)
    head.load_state_dict(load_file(_task_files(folder, task)[0]))
    return head


def _task_files(folder: Path, task: str) -> tuple[Path, Path]:
    """Where a task's head weights and its description lie."""
    return folder / "heads" / f"{safe_name(task)}.safetensors", folder / "tasks" / f"{safe_name(task)}.json"
