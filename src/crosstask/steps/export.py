"""Write a bundle in another format, for people without crosstask."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from crosstask.step import Result, Step, planned
from crosstask.ui import Ui


class Export(Step):
    """Write a bundle in another format, for people without crosstask.

    The folder opens with transformers' `AutoModelForSequenceClassification`, gives the bundle's own
    probabilities, and is ready to be pushed to a hub.
    """

    positional: ClassVar[tuple[str, ...]] = ("bundle",)

    bundle: Path
    """The folder of the bundle."""
    out: Path
    """The folder to write."""
    format: Literal["transformers"] = "transformers"
    """The library that is to read it."""
    overwrite: bool = False
    """Replace what stands at --out."""

    def run(self, ui: Ui) -> Result:
        """Export, and say where."""
        from crosstask.models.bundle import read_bundle
        from crosstask.models.export import export_transformers

        export_transformers(read_bundle(self.bundle), self.out, overwrite=self.overwrite)
        record = {"format": self.format, "out": str(self.out)}
        return Result(self.out, record, show=lambda ui: ui.note(f"exported to {self.out}"))

    def plan(self, ui: Ui) -> Result:
        """Say what would be written."""
        return planned([f"write {self.bundle} for {self.format} into {self.out}"])
