"""Drives the loop: journal, progress, validation, checkpoints, early stopping, resume."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosstask.errors import Interrupted
from crosstask.models.compact import compact_vocabulary
from crosstask.training.checkpoint import Checkpoint, latest_checkpoint, save_checkpoint, under
from crosstask.training.finish import Finish, KeepLast
from crosstask.training.interruption import interruption
from crosstask.training.journal import Journal, Watch
from crosstask.training.lesson import Lesson
from crosstask.training.loop import StepReport, Training
from crosstask.training.tensorboard import tensorboard
from crosstask.ui import Silent, Ui

_WORTH_SAVING = 5.0  # seconds of training that scoring and publishing, interrupted, must not lose

Score = Callable[[], Mapping[str, float]]
"""Scores the model as it stands: metric name -> value, the one that chooses under `score`."""


@dataclass(frozen=True)
class Fit:
    """How to drive a `Training`.

    `score` is called after every `score_every` steps and at the end, and reads no rows but those of `scored`; the
    `finish` watches what it says. With a `folder` the run keeps a journal and checkpoints there, saved every
    `save_seconds` and at the end of all but the shortest trainings, and continues from the newest. In the folder
    `tensorboard` the journal's numbers are also written as TensorBoard reads them.
    """

    training: Training
    finish: Finish = field(default_factory=KeepLast)
    score: Score | None = None
    score_every: int = 0
    scored: Sequence[Lesson] = ()
    folder: Path | None = None
    save_seconds: float = 60.0
    tensorboard: Path | None = None

    def run(self, ui: Ui | None = None) -> list[dict[str, Any]]:
        """Train to the end and settle the weights; the journal's rows."""
        with self._compact(), self._watched() as watch:
            journal, ended = self._resume(ui or Silent(), watch)
            if not ended and self.training.steps:
                self._drive(journal, ui or Silent())
            self.finish.settle(self.training.weights())
        return journal.rows

    @contextmanager
    def _compact(self) -> Iterator[None]:
        """Train only the embedding rows that the run's rows use."""
        lessons = [lesson for phase in self.training.phases for lesson in phase.lessons.values()]
        ids = [lesson.token_ids for lesson in [*lessons, *self.scored]]
        model = self.training.model
        whole = any(model.head(task).reads_vocabulary for task in model.tasks)
        with nullcontext() if whole else compact_vocabulary(model.trunk, ids):
            yield

    def _watched(self) -> AbstractContextManager[Watch | None]:
        """What is told of the journal's rows: TensorBoard's writer where there is a folder for it."""
        return nullcontext() if self.tensorboard is None else tensorboard(self.tensorboard)

    def _resume(self, ui: Ui, watch: Watch | None) -> tuple[Journal, bool]:
        """The journal up to the newest checkpoint, and whether training had come to its end there."""
        saved = None if self.folder is None else latest_checkpoint(self.folder)
        if saved is not None:
            self.training.load_state(saved.step, under("training/", saved.tensors))
            self.finish.load_state(under("finish/", saved.tensors), saved.values["finish"])
            ui.note(f"going on after step {saved.step} of {self.training.steps}")
        journal = Journal(self.folder and self.folder / "metrics.jsonl", self.training.step, watch)
        return journal, saved is not None and saved.values.get("ended", False)

    def _drive(self, journal: Journal, ui: Ui) -> None:
        saved_at = time.monotonic()
        with interruption() as stop, ui.progress("training", self.training.steps) as bar:
            bar.advance(self.training.step)
            for report in self.training:
                journal.write(_row(report))
                if report.parts_of is not None:
                    ui.note(_smaller_parts(report))
                bar.advance(1, loss=f"{report.loss:.3f}", rate=f"{report.tokens / report.seconds:,.0f} tokens/s")
                ended = self._scored_enough(report, journal) or report.step == self.training.steps
                patience = min(self.save_seconds, _WORTH_SAVING) if ended else self.save_seconds
                if self.folder and (stop.asked or time.monotonic() - saved_at > patience):
                    self._save(self.folder, journal, ended=ended)
                    saved_at = time.monotonic()
                if stop.asked:
                    raise Interrupted(self.folder)
                if ended:
                    return

    def _scored_enough(self, report: StepReport, journal: Journal) -> bool:
        """Score where it is due; whether the finish asks to stop."""
        last = report.step == self.training.steps
        if self.score is None or not (last or (self.score_every and report.step % self.score_every == 0)):
            return False
        scores = self.score()
        journal.write({"step": report.step, **scores})
        return self.finish.observe(self.training.weights(), report.step, scores["score"])

    def _save(self, folder: Path, journal: Journal, *, ended: bool) -> None:
        journal.sync()
        tensors, values = self.finish.state()
        state = {f"training/{name}": value for name, value in self.training.state().items()}
        state |= {f"finish/{name}": value for name, value in tensors.items()}
        save_checkpoint(folder, Checkpoint(self.training.step, state, {"finish": values, "ended": ended}))


def _smaller_parts(report: StepReport) -> str:
    """What is said where the device had not enough memory."""
    parts = f"parts of at most {report.parts_of:,} tokens from now on"
    return f"out of memory at step {report.step}: {parts}; the effective batch stays as it is"


def _row(report: StepReport) -> dict[str, Any]:
    return {
        "step": report.step,
        "phase": report.phase,
        "loss": report.loss,
        "learning_rate": report.learning_rate,
        "gradient_norm": report.gradient_norm,
        "tokens": report.tokens,
        "seconds": round(report.seconds, 4),
    }
