"""The output place of a run: free, done already, unfinished, or taken by something else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crosstask.disk import put_back
from crosstask.errors import CrosstaskError, Interrupted, OutputError
from crosstask.models.whole_folder import check_free, replace_file

_RUN = "run.json"


@dataclass(frozen=True)
class Place:
    """Where a run writes its result: `out`, and beside it `out.partial` while the run is unfinished."""

    out: Path
    key: str

    @property
    def partial(self) -> Path:
        """The folder of journal and checkpoints."""
        return self._named.with_name(f"{self._named.name}.partial")

    def open(self, made_by: str | None, *, overwrite: bool) -> bool:
        """Make ready to run; False where the result of this very run stands already and is not to be made again.

        `made_by` is the key of the run that made what is at `out`, None where no run did. OutputError where `out` or an
        unfinished run beside it is another's and not to be overwritten, or where nothing can be written.
        """
        put_back(self._named)
        if self.out.exists() and made_by == self.key and not overwrite:
            self._leave_nothing()
            return False
        if made_by not in (None, self.key) and not overwrite:
            raise OutputError(
                "holds another result, of other options, data, versions or threads",
                file=self.out,
                mend="Choose another --out, or add --overwrite to replace it.",
            )
        check_free(self.out, overwrite=overwrite)
        if self._holds_work() and self._partial_key() != self.key:
            self._clear_partial(overwrite=overwrite)
        self._make_partial()
        return True

    @contextmanager
    def working(self) -> Iterator[Path]:
        """The partial folder to work in, which goes when the work ends well or turns out to be impossible.

        What a full disk or Ctrl-C ends stays to be taken up again, and Interrupted says where it is.
        """
        try:
            yield self.partial
        except OutputError:
            raise
        except CrosstaskError:
            self.close()
            raise
        except KeyboardInterrupt:
            if self._holds_work():
                raise Interrupted(self.partial) from None
            self.close()
            raise
        self.close()

    def close(self) -> None:
        """Remove what only an unfinished run needs."""
        shutil.rmtree(self.partial, ignore_errors=True)

    @property
    def _named(self) -> Path:
        """`out` with a name of its own, which `.` and `..` have not."""
        return self.out.resolve() if self.out.name in ("", "..") else self.out

    def _leave_nothing(self) -> None:
        """Clear what this run left when it was killed after its result was there."""
        if self._partial_key() == self.key:
            self.close()

    def _holds_work(self) -> bool:
        """Whether the partial folder holds what a run could go on from: key and journal alone are of no use."""
        return self.partial.is_dir() and any(path.is_dir() for path in self.partial.iterdir())

    def _partial_key(self) -> str | None:
        try:
            key: str = json.loads((self.partial / _RUN).read_text(encoding="utf-8"))["key"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return key

    def _clear_partial(self, *, overwrite: bool) -> None:
        if not overwrite:
            raise OutputError(
                "holds an unfinished run with other options, data, versions or threads",
                file=self.partial,
                mend="Give that run's options to go on with it, choose another --out, or add --overwrite.",
            )
        shutil.rmtree(self.partial)

    def _make_partial(self) -> None:
        try:
            self.partial.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(
                f"cannot be written: {error.strerror or error}", file=self.out, mend="Choose another --out."
            ) from None
        replace_file(self.partial / _RUN, json.dumps({"key": self.key}))
