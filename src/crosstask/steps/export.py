"""Write a bundle in another format, for people without crosstask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from crosstask.step import Result, Step, planned
from crosstask.ui import Ui

if TYPE_CHECKING:
    from crosstask.models.bundle import BundleContents


class Export(Step):
    """Write a bundle in another format, for people without crosstask.

    The folder opens with transformers' own class for the kind of task (`AutoModelForSequenceClassification` and so on),
    gives the bundle's own outputs, and is ready to be pushed to a hub.
    """

    positional: ClassVar[tuple[str, ...]] = ("bundle",)

    bundle: Path
    """The folder of the bundle."""
    out: Path
    """The folder to write."""
    format: Literal["transformers"] = "transformers"
    """The library that is to read it."""
    adapters: Literal["merged", "kept"] = "merged"
    """What becomes of low-rank updates (LoRA): merged into the weights, or kept, alone, for peft."""
    overwrite: bool = False
    """Replace what stands at --out."""

    def run(self, ui: Ui) -> Result:
        """Export, and say where."""
        from crosstask.models.export import export_transformers
        from crosstask.models.export_mark import is_export_of

        contents = self._contents()
        record = {"format": self.format, "out": str(self.out)}
        if not self.overwrite and is_export_of(contents, self.out, adapters=self.adapters):
            ui.note(f"{self.out} is done already")
            return Result(self.out, record)
        export_transformers(contents, self.out, adapters=self.adapters, overwrite=self.overwrite)
        return Result(self.out, record, show=lambda ui: ui.note(f"exported to {self.out}"))

    def plan(self, ui: Ui) -> Result:
        """Say what would be written, and with how much memory; or what the export would be refused for."""
        from crosstask.disk import check_writable
        from crosstask.models.export import require_exportable
        from crosstask.models.export_mark import is_export_of
        from crosstask.models.whole_folder import check_free
        from crosstask.runs.forecast import program_memory

        contents = self._contents()
        require_exportable(contents, self.adapters)
        if not self.overwrite and is_export_of(contents, self.out, adapters=self.adapters):
            return planned([f"leave {self.out} as it is: it is done already"], seconds=0)
        check_free(self.out, overwrite=self.overwrite)
        check_writable(self.out)
        model = sum(weight.nbytes for weight in contents.model.parameters())
        memory = program_memory() + 3 * model  # the export, as it is written, and opened again to be compared
        return planned(
            [f"write {self.bundle} for {self.format} into {self.out}"], untimed="the disk decides", memory=memory
        )

    def _contents(self) -> BundleContents:
        """What the bundle holds; OutputError where the export would take its place."""
        from crosstask.models.bundle import read_bundle
        from crosstask.models.whole_folder import check_apart

        check_apart(self.out, [self.bundle])
        return read_bundle(self.bundle)
