"""Small tasks written for crosstask, for the kinds that the shelf has no data for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from crosstask.tasks.folder import read_folder
from crosstask.tasks.samples import Sample
from crosstask.tasks.task import Task
from crosstask.ui import Ui

_FOLDER = Path(__file__).parents[1] / "written"
_KINDS = {
    "sample:entities": "tagging",
    "sample:entities-zh": "tagging",
    "sample:pairs": "classification",
    "sample:pairs-zh": "classification",
    "sample:questions": "span",
    "sample:questions-zh": "span",
    "sample:rewrites": "generation",
    "sample:similarity": "regression",
    "sample:topics": "multi_label",
}


class Written(Sample):
    """Folders of `tasks/written/` with a train and a test file; they need no network."""

    def names(self) -> tuple[str, ...]:
        """One task a folder; those in Chinese end in `-zh`."""
        return tuple(_KINDS)

    def open(self, name: str, ui: Ui) -> Task:
        """The folder of the task, read as any other; nothing is fetched."""
        draft = read_folder(_FOLDER / name.removeprefix("sample:"))
        note = "written for crosstask: small, to try a kind with, not to measure a model by"
        return replace(replace(draft, kind=_KINDS[name]).task(), name=name, notes=(note,))
