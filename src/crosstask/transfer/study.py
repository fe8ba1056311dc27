"""One source, one target: transfer against direct training, over several draws of few labels."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from crosstask.runs.key import content_key
from crosstask.runs.options import TrainingOptions
from crosstask.runs.references import REFERENCES
from crosstask.runs.start import Start, load_start
from crosstask.runs.store import Store
from crosstask.runs.trial import Trained, Trial
from crosstask.tasks.budget import draw_labels, draw_rows
from crosstask.tasks.task import TEST, VALIDATION, Example, Task
from crosstask.training.lesson import Lesson
from crosstask.training.runtime import Runtime
from crosstask.ui import Ui

DIRECT, TRANSFER = "direct", "transfer"
_WATCHED = 100  # validation rows scored for the learning curves; nothing is chosen by them


@dataclass(frozen=True)
class Outcome:
    """One method on one draw: which test rows it got right [rows], its seconds, and its journal where it has one."""

    correct: Sequence[bool]
    seconds: float
    journal: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Study:
    """Direct training and transfer from one source, on the same labels for the same number of steps.

    What was computed is kept in `folder`, so that a study asked again goes on where it stopped. `keep(trained, base,
    out)` writes a bundle: of the source, and of both ways in the first draw.
    """

    source: Task
    target: Task
    model: str
    labels_per_class: int
    source_rows: int
    draws: int
    runtime: Runtime
    folder: Path
    source_options: TrainingOptions
    target_options: TrainingOptions
    keep: Callable[[Trained, str, Path], object]
    seed: int = 0

    @property
    def key(self) -> str:
        """Equal for studies with equal results."""
        config = {
            "source": [self.source_options.config(), self.source_rows],
            "target": [self.target_options.config(), self.labels_per_class, self.draws],
            "seed": self.seed,
            "device": str(self.runtime.device),
        }
        data = self.source.fingerprint + self.target.fingerprint
        return content_key(config, data=data, start=self._fresh.fingerprint)

    def run(self, ui: Ui) -> dict[str, list[Outcome]]:
        """The outcomes of every method, one a draw: transfer, direct, then the references."""
        self.train_source(ui)
        outcomes: dict[str, list[Outcome]] = {name: [] for name in (TRANSFER, DIRECT, *REFERENCES)}
        for draw in range(self.draws):
            ui.note(f"draw {draw + 1} of {self.draws}: {self.labels_per_class} labels a class")
            for name, found in outcomes.items():
                found.append(self._outcome(name, draw, ui))
        return outcomes

    def train_source(self, ui: Ui) -> float:
        """Train the source once, into a bundle; its seconds."""
        return float(self._store.get("source", lambda: {"seconds": self._train_source(ui)})["seconds"])

    def bundle(self, way: str) -> Path:
        """Where the first draw's bundle of direct training or of transfer stands."""
        return self.folder / way

    @cached_property
    def _fresh(self) -> Start:
        return load_start(self.model)

    @cached_property
    def _learned(self) -> Start:
        return load_start(str(self._source_bundle))

    @property
    def _store(self) -> Store:
        return Store(self.folder / "trials")

    @property
    def _source_bundle(self) -> Path:
        return self.folder / "source"

    def _train_source(self, ui: Ui) -> float:
        began = time.monotonic()
        task = draw_rows(self.source, self.source_rows, self.seed)
        trial = Trial(task, self._fresh, self.source_options, self.runtime, self.seed)
        trained = trial.train(ui, self._resumable())
        self.keep(trained, self.model, self._source_bundle)
        return time.monotonic() - began

    def _outcome(self, name: str, draw: int, ui: Ui) -> Outcome:
        def compute() -> dict[str, Any]:
            return self._refer(name, draw) if name in REFERENCES else self._train(name, draw, ui)

        return Outcome(**self._store.get(f"{name} {draw}", compute))

    def _train(self, way: str, draw: int, ui: Ui) -> dict[str, Any]:
        began = time.monotonic()
        base, start = (str(self._source_bundle), self._learned) if way == TRANSFER else (self.model, self._fresh)
        trial = self._trial(start, draw)
        watched = Lesson.of_examples(self.target, self._watched, trial.objective, trial.start.trunk.text)
        trained = trial.train(ui, watched=watched)
        seconds = time.monotonic() - began
        if draw == 0:
            self.keep(trained, base, self.bundle(way))
        rows = self.target.split(TEST).examples
        correct = _right([record["label"] for record in trial.predict(trained, rows)], rows)
        return {"correct": correct, "seconds": seconds, "journal": trained.journal}

    def _refer(self, name: str, draw: int) -> dict[str, Any]:
        trial = self._trial(self._fresh, draw)
        began = time.monotonic()
        rows = self.target.split(TEST).examples
        guesses = REFERENCES[name](trial, rows)
        return {"correct": _right(guesses, rows), "seconds": time.monotonic() - began}

    def _trial(self, start: Start, draw: int) -> Trial:
        task = draw_labels(self.target, self.labels_per_class, self.seed + draw)
        return Trial(task, start, self.target_options, self.runtime, self.seed + draw)

    @property
    def _watched(self) -> Sequence[Example]:
        return self.target.split(VALIDATION).examples[:_WATCHED]

    def _resumable(self) -> Path:
        folder = self.folder / "source.partial"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _right(guesses: Sequence[str], rows: Sequence[Example]) -> list[bool]:
    return [guess == row.target for guess, row in zip(guesses, rows, strict=True)]
