"""One source, one target: transfer against direct training, over several draws of few labels."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crosstask.runs.key import content_key
from crosstask.runs.options import TrainingOptions
from crosstask.runs.references import Records, Reference, references_for
from crosstask.runs.start import Start, load_start
from crosstask.runs.store import Store
from crosstask.runs.trial import Trained, Trial
from crosstask.tasks.budget import draw_labels, draw_rows
from crosstask.tasks.task import TEST, VALIDATION, Example, Task
from crosstask.training.lesson import Lesson
from crosstask.training.runtime import Runtime
from crosstask.ui import Silent, Ui, counted

DIRECT, TRANSFER, ZERO_SHOT = "direct", "transfer", "zero-shot transfer"
_DIGITS = 16  # of a key, in the name of a folder


@dataclass(frozen=True)
class Outcome:
    """One method on one draw: which test rows it got right [rows], its seconds, and its journal where it has one."""

    correct: Sequence[bool]
    seconds: float
    journal: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Study:
    """Direct training and transfer from one source, on the same labels for the same number of steps.

    Source and target have the same labels, so that the source's model also answers as it is, with no label of the
    target: zero-shot transfer. All start from `fresh`, the pretrained `model`. `watched` validation rows are scored for
    the learning curves; nothing is chosen by them.

    What was computed is kept in `folder` by its content key, so that a study asked again goes on where it stopped, and
    what would come out otherwise is computed anew. `keep(trained, base, out)` writes a bundle: of the source, and of
    both ways in the first draw.
    """

    source: Task
    target: Task
    model: str
    fresh: Start
    labels_per_class: int
    source_rows: int
    draws: int
    watched: int
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
            "target": [self.target_options.config(), self.labels_per_class, self.draws, self.watched],
            "seed": self.seed,
            "device": str(self.runtime.device),
        }
        data = self.source.fingerprint + self.target.fingerprint
        return content_key(config, data=data, start=self.fresh.fingerprint)

    def run(self, ui: Ui) -> dict[str, list[Outcome]]:
        """The outcomes of every method, one a draw: transfer without labels and with them, direct, the references."""
        self.train_source(ui)
        outcomes: dict[str, list[Outcome]] = {name: [] for name in (TRANSFER, ZERO_SHOT, DIRECT, *self.references)}
        for draw in range(self.draws):
            ui.note(f"draw {draw + 1} of {self.draws}: {counted(self.labels_per_class, 'label')} a class")
            for name, found in outcomes.items():
                found.append(self._outcome(name, draw, ui))
        return outcomes

    def train_source(self, ui: Ui) -> float:
        """Train the source once, into a bundle; its seconds."""

        def train() -> dict[str, Any]:
            return {"seconds": self._train_source(ui)}

        return float(self._store.get(self.source_trial.key, train, beside=self._source_bundle)["seconds"])

    def bundle(self, way: str) -> Path:
        """Where the first draw's bundle of direct training or of transfer stands; transfer's once the source does."""
        return self._home(self._trial(self._start(way), 0)) / way

    @property
    def references(self) -> Mapping[str, Reference]:
        """The cheap references of the target's kind."""
        return references_for(self.target.kind)

    @cached_property
    def source_trial(self) -> Trial:
        """The training of the source."""
        task = draw_rows(self.source, self.source_rows, self.seed)
        return Trial(task, self.fresh, self.source_options, self.runtime, self.seed)

    def direct_trial(self, draw: int) -> Trial:
        """The direct training of one draw, counted from 0; that of transfer costs as much."""
        return self._trial(self.fresh, draw)

    @cached_property
    def _learned(self) -> Start:
        return load_start(str(self._source_bundle), max_length=self.target_options.max_length)

    @property
    def _store(self) -> Store:
        return Store(self.folder / "trials")

    @property
    def _source_bundle(self) -> Path:
        return self._home(self.source_trial) / "source"

    def _home(self, trial: Trial) -> Path:
        """The folder of what a trial leaves beside its outcome; another trial's is another."""
        return self.folder / trial.key[:_DIGITS]

    def _start(self, way: str) -> Start:
        return self._learned if way in (TRANSFER, ZERO_SHOT) else self.fresh

    def _train_source(self, ui: Ui) -> float:
        began = time.monotonic()
        trained = self.source_trial.train(ui, self._resumable())
        self.keep(trained, self.model, self._source_bundle)
        return time.monotonic() - began

    def _outcome(self, name: str, draw: int, ui: Ui) -> Outcome:
        trial = self._trial(self._start(name), draw)
        if name in self.references:
            found = self._store.get(self._reference_key(name, trial), lambda: self._refer(name, trial))
        elif name == ZERO_SHOT:
            found = self._store.get(self._zero_shot_key(trial), lambda: self._ask(trial))
        else:
            kept = self.bundle(name) if draw == 0 else None
            key = self._trained_key(trial, draw)
            found = self._store.get(key, lambda: self._train(name, trial, draw, ui), beside=kept)
        return Outcome(**found)

    def _trained_key(self, trial: Trial, draw: int) -> str:
        """Of a trial, of the target's other rows that are scored and watched, and of whether a bundle stays of it."""
        config = {"trial": trial.key, "watched": self.watched, "bundle": draw == 0}
        return content_key(config, data=self.target.fingerprint, start=trial.start.fingerprint)

    def _zero_shot_key(self, trial: Trial) -> str:
        """The same in every draw, for none of its labels is read."""
        config = {"way": ZERO_SHOT, "objective": trial.objective.config(), "precision": self.runtime.precision}
        return content_key(config, data=self.target.fingerprint, start=trial.start.fingerprint)

    def _reference_key(self, name: str, trial: Trial) -> str:
        config = {
            "reference": name,
            "objective": trial.objective.config(),
            "device": str(self.runtime.device),
            "precision": self.runtime.precision,
            "scikit-learn": version("scikit-learn"),
        }
        return content_key(config, data=trial.task.fingerprint, start=trial.start.fingerprint)

    def _train(self, way: str, trial: Trial, draw: int, ui: Ui) -> dict[str, Any]:
        began = time.monotonic()
        base = str(self._source_bundle) if way == TRANSFER else self.model
        watched = Lesson.of_examples(self.target, self._watched, trial.objective, trial.start.trunk.text)
        trained = trial.train(ui, watched=watched)
        seconds = time.monotonic() - began
        if draw == 0:
            self.keep(trained, base, self.bundle(way))
        return {"correct": self._right(trial, trained), "seconds": seconds, "journal": trained.journal}

    def _ask(self, trial: Trial) -> dict[str, Any]:
        """What the trial's start answers on the target's test rows as it is: no draw costs a second of training."""
        untrained = replace(trial, options=trial.options.model_copy(update={"steps": 0}))
        return {"correct": self._right(trial, untrained.train(Silent())), "seconds": 0.0}

    def _refer(self, name: str, trial: Trial) -> dict[str, Any]:
        began = time.monotonic()
        rows = self.target.split(TEST).examples
        found = self.references[name](trial, rows)
        return {"correct": _right(found, rows), "seconds": time.monotonic() - began}

    def _right(self, trial: Trial, trained: Trained) -> list[bool]:
        rows = self.target.split(TEST).examples
        return _right(trial.predict(trained, rows), rows)

    def _trial(self, start: Start, draw: int) -> Trial:
        task = draw_labels(self.target, self.labels_per_class, self.seed + draw)
        return Trial(task, start, self.target_options, self.runtime, self.seed + draw)

    @property
    def _watched(self) -> Sequence[Example]:
        return self.target.split(VALIDATION).examples[: self.watched]

    def _resumable(self) -> Path:
        folder = self._home(self.source_trial) / "source.partial"
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _right(records: Records, rows: Sequence[Example]) -> list[bool]:
    return [record["label"] == row.target for record, row in zip(records, rows, strict=True)]
