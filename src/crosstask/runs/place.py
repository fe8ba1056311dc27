"""The output place of a run: free, done already, unfinished, or taken by something else; and one run's at a time."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from safetensors import SafetensorError

from crosstask.disk import check_writable, locked, put_back, standing
from crosstask.errors import CrosstaskError, Interrupted, OutputError
from crosstask.models.whole_folder import check_apart, check_free, mend_of, replace_file

State: TypeAlias = Literal["free", "taken", "unfinished", "done"]
"""What a run meets at its place: nothing, a result to be overwritten, its own unfinished work, its own result."""

_RUN = "run.json"
_TOLD: dict[State, str] = {
    "free": "write {what} to {out}",
    "taken": "write {what} to {out}, in place of what stands there",
    "unfinished": "go on with what {partial} holds, and write {what} to {out}",
    "done": "leave {out} as it is: it is done already",
}


@dataclass(frozen=True)
class Place:
    """Where a run writes its result: `out`, and beside it `out.partial` while the run is unfinished.

    `made_by` reads the key of the run that made what lies in a folder, None where no run did. `reads` names the files
    and folders that the run reads.
    """

    out: Path
    key: str
    made_by: Callable[[Path], str | None]
    reads: Sequence[Path] = ()

    @property
    def partial(self) -> Path:
        """The folder of journal and checkpoints."""
        return self._named.with_name(f"{self._named.name}.partial")

    def look(self, *, overwrite: bool) -> State:
        """What the run would meet; nothing is touched.

        OutputError where `out` or an unfinished run beside it is another's and not to be overwritten, where the run
        reads what it would write, or where nothing can be written.
        """
        with self._told():
            self._check_name()
            for folder in (self.out, self.partial):
                check_apart(folder, self.reads)
            there = standing(self._named)
            made_by = self.made_by(there)
            if made_by == self.key and not overwrite:
                return "done"
            self._check_replaceable(there, made_by, overwrite=overwrite)
            if self._holds_work() and self._partial_key() == self.key:
                return "unfinished"
            return "taken" if there.exists() and any(there.iterdir()) else "free"

    def plan(self, state: State, what: str) -> str:
        """What a run that meets `state` would do with its result, `what`: a line of a dry run."""
        return _TOLD[state].format(what=what, out=self.out, partial=self.partial)

    @contextmanager
    def working(self, *, overwrite: bool) -> Iterator[Path | None]:
        """The partial folder, this run's alone while the context is open; None where `look` says that it is done.

        The folder goes when the work ends well or turns out to be impossible. What a full disk or Ctrl-C ends stays to
        be taken up again, and Interrupted says where it is. OutputError as `look` has it, and where another run is at
        work here.
        """
        if self.look(overwrite=overwrite) == "done" and not self.partial.exists():
            yield None
            return
        with self._alone():
            put_back(self._named)
            if self.look(overwrite=overwrite) == "done":
                self._leave_nothing()
                yield None
                return
            with self._cleared():
                self._make_ready()
                yield self.partial

    @property
    def _named(self) -> Path:
        """`out` with a name of its own, which `.` and `..` have not."""
        return self.out.resolve() if self.out.name in ("", "..") else self.out

    def _check_name(self) -> None:
        """OSError where the longest name that is written beside `out` is too long."""
        with suppress(FileNotFoundError, NotADirectoryError):
            self._named.with_name(f".{self._named.name}.partial").lstat()

    def _check_replaceable(self, there: Path, made_by: str | None, *, overwrite: bool) -> None:
        if made_by not in (None, self.key) and not overwrite:
            raise OutputError(
                "holds another result, of other options, data, versions or threads",
                file=self.out,
                mend="Choose another --out, or add --overwrite to replace it.",
            )
        check_free(there, overwrite=overwrite)
        if self._holds_work() and self._partial_key() != self.key and not overwrite:
            raise OutputError(
                "holds an unfinished run with other options, data, versions or threads",
                file=self.partial,
                mend="Give that run's options to go on with it, choose another --out, or add --overwrite.",
            )
        check_writable(self._named)

    def _holds_work(self) -> bool:
        """Whether the partial folder holds what a run could go on from: key and journal alone are of no use."""
        return self.partial.is_dir() and any(path.is_dir() for path in self.partial.iterdir())

    def _partial_key(self) -> str | None:
        try:
            key: str = json.loads((self.partial / _RUN).read_text(encoding="utf-8"))["key"]
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return key

    def _make_ready(self) -> None:
        if self._partial_key() != self.key:
            shutil.rmtree(self.partial, ignore_errors=True)
        replace_file(self.partial / _RUN, json.dumps({"key": self.key}))

    def _leave_nothing(self) -> None:
        """Clear what this run left when it was killed after its result was there."""
        if self._partial_key() == self.key:
            self._clear()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the place's lock, a file beside it; OutputError where another run holds it."""
        with ExitStack() as stack:
            with self._told():
                self._named.parent.mkdir(parents=True, exist_ok=True)
                stack.enter_context(locked(self._named.with_name(f".{self._named.name}.lock"), busy=self._refuse))
            yield

    def _refuse(self) -> None:
        mend = "Wait for it to end, or choose another --out."
        raise OutputError("another run is at work here", file=self.out, mend=mend)

    @contextmanager
    def _cleared(self) -> Iterator[None]:
        """Remove the partial folder afterwards, but for the ends that a run can be taken up from."""
        try:
            yield
        except (OutputError, KeyboardInterrupt) as error:
            if self._holds_work():
                raise self._taken_up(error) from None
            self._clear()
            raise
        except CrosstaskError:
            self._clear()
            raise
        self._clear()

    def _taken_up(self, error: OutputError | KeyboardInterrupt) -> BaseException:
        """The error that also says where the work is kept, and how to go on with it."""
        if isinstance(error, KeyboardInterrupt):
            return Interrupted(self.partial)
        refusal = error.__context__
        if not isinstance(refusal, OSError | SafetensorError):
            return error
        message = f"{error.message}; what is done so far is kept in {self.partial}"
        return OutputError(message, file=error.file, mend=f"{mend_of(refusal)} and run the same command again.")

    def _clear(self) -> None:
        shutil.rmtree(self.partial, ignore_errors=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the operating system refuses into one line with its mend."""
        try:
            yield
        except OSError as error:
            why = error.strerror or error
            raise OutputError(f"cannot be written: {why}", file=self.out, mend="Choose another --out.") from None
