"""The output place of a run: free, done already, unfinished, or taken by something else."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from crosstask.errors import OutputError


@dataclass(frozen=True)
class Place:
    """Where a run writes its result: `out`, and beside it `out.partial` while the run is unfinished."""

    out: Path
    key: str

    @property
    def partial(self) -> Path:
        """The folder of journal and checkpoints."""
        return self.out.with_name(self.out.name + ".partial")

    def open(self, made_by: str | None, *, overwrite: bool) -> bool:
        """Make ready to run; False where the result of this very run stands already.

        `made_by` is the key of the run that made what is at `out`, None where no run did.
        """
        if self.out.exists() and made_by == self.key:
            return False
        if self._taken() and not overwrite:
            raise OutputError(
                "holds something else than this run's result",
                file=self.out,
                mend="Choose another --out, or add --overwrite to replace it.",
            )
        if self.partial.exists() and self._partial_key() != self.key:
            self._clear_partial(overwrite=overwrite)
        self._make_partial()
        return True

    def close(self) -> None:
        """Remove what only an unfinished run needs."""
        shutil.rmtree(self.partial, ignore_errors=True)

    def _taken(self) -> bool:
        return self.out.exists() and not (self.out.is_dir() and not any(self.out.iterdir()))

    def _partial_key(self) -> str | None:
        try:
            key: str = json.loads((self.partial / "run.json").read_text(encoding="utf-8"))["key"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return key

    def _clear_partial(self, *, overwrite: bool) -> None:
        if not overwrite:
            raise OutputError(
                "holds an unfinished run with other options, data or versions",
                file=self.partial,
                mend="Give that run's options to go on with it, choose another --out, or add --overwrite.",
            )
        shutil.rmtree(self.partial)

    def _make_partial(self) -> None:
        try:
            self.partial.mkdir(parents=True, exist_ok=True)
            temporary = self.partial / "run.json.tmp"
            temporary.write_text(json.dumps({"key": self.key}), encoding="utf-8")
            os.replace(temporary, self.partial / "run.json")
        except OSError as error:
            raise OutputError(
                f"cannot be written: {error.strerror or error}", file=self.out, mend="Choose another --out."
            ) from None
