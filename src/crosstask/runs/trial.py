"""A trial: one training run as a value. Its inputs, its key, and the model they give."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from crosstask.models.model import MultiTaskModel
from crosstask.models.outline import outline
from crosstask.objectives import Objective, Outputs, objective_for
from crosstask.runs.key import content_key
from crosstask.runs.options import TrainingOptions
from crosstask.runs.start import Start
from crosstask.tasks.kind import Scores
from crosstask.tasks.mixture import Mixture
from crosstask.tasks.ordering import seeded_order
from crosstask.tasks.task import TRAIN, VALIDATION, Example, Task
from crosstask.training.finish import Finish, KeepBest, KeepLast
from crosstask.training.fit import Fit
from crosstask.training.inference import mean_loss, outputs
from crosstask.training.lesson import Lesson
from crosstask.training.loop import Training
from crosstask.training.padding_gate import check_padding
from crosstask.training.phase import Phase
from crosstask.training.randomness import torch_draws
from crosstask.training.runtime import Runtime
from crosstask.ui import Silent, Ui

_SCORES_A_RUN = 6  # validation passes at most, epochs allowing


@dataclass(frozen=True)
class Trained:
    """What a trial ends with: the model, its scores on validation data if there are any, its journal.

    `fitted` is what the objective chose on validation data after training, such as a temperature.
    """

    model: MultiTaskModel
    task: Task
    objective: Objective
    fitted: Mapping[str, Any]
    validation: Scores | None
    journal: list[dict[str, Any]]
    steps: int


@dataclass(frozen=True)
class Trial:
    """A task with the splits to be used as they are, a start, and how to train. Trained twice, it gives the same."""

    task: Task
    start: Start
    options: TrainingOptions
    runtime: Runtime
    seed: int = 0

    @property
    def key(self) -> str:
        """Equal for trials with equal results."""
        options = self.options.config() | {"objective": self.objective.config(), "precision": self.runtime.precision}
        del options["save_seconds"], options["tensorboard"]
        config = {
            "task": self.task.name,
            "kind": self.task.kind.method_name(),
            "options": options,
            "seed": self.seed,
            "device": str(self.runtime.device),
        }
        return content_key(config, data=self.task.fingerprint, start=self.start.fingerprint)

    @cached_property
    def objective(self) -> Objective:
        """The way the task's kind is learned."""
        return objective_for(self.task.kind, self.options.objective)

    @property
    def steps(self) -> int:
        """Optimizer steps at most; each window of a long text counts as a row."""
        return self.options.steps_for(len(self._taught.features))

    @property
    def score_every(self) -> int:
        """Steps from one pass over the validation rows to the next: an epoch at least."""
        epoch = -(-len(self._taught.features) // self.options.batch_size)
        return max(epoch, self.steps // _SCORES_A_RUN)

    def predict(self, trained: Trained, rows: Sequence[Example]) -> list[Mapping[str, Any]]:
        """Prediction records of the trained model for other rows of the task's kind."""
        lesson = Lesson.of_examples(self.task, rows, self.objective, self.start.trunk.text)
        return self._records(trained.model, lesson, trained.fitted)

    def scores(self, trained: Trained, split: str) -> Scores:
        """The trained model's scores on one split, with intervals over rows."""
        return self._scores(trained.model, self.lesson(split), trained.fitted)

    def lesson(self, split: str) -> Lesson:
        """One split of the task, ready for the model."""
        if split == TRAIN:
            return self._taught
        return Lesson.of(self.task, split, self.objective, self.start.trunk.text)

    def asked(self, count: int) -> Lesson:
        """At most `count` train rows, drawn by the seed, to be asked before anything trains."""
        rows = seeded_order(self.task.split(TRAIN).examples, self.seed, "asked")[:count]
        return Lesson.of_examples(self.task, rows, self.objective, self.start.trunk.text)

    def outline(self) -> MultiTaskModel:
        """What the trial would train, without the weights' values: of each is known whether it trains."""
        head = self.start.head_for(self.task, self.objective, Silent())
        model = outline(MultiTaskModel(self.start.trunk, {self.task.name: head}))
        self.options.tuning.attach(model)
        return model

    def train(self, ui: Ui, folder: Path | None = None, watched: Lesson | None = None) -> Trained:
        """Train, resuming from `folder` where a checkpoint stands there.

        Rows `watched` are scored into the journal where the task has no validation split; nothing is chosen by them.
        """
        lesson = self._taught
        validation = self.lesson(VALIDATION) if VALIDATION in self.task.splits else None
        for note in filter(None, [lesson.truncation(), lesson.unknown()]):
            ui.note(note)
        model = self._model(ui)
        self.objective.prepare(model, self.task.name, lambda rows: outputs(model, self.asked(rows), self.runtime))
        check_padding(model, lesson, self.runtime)
        fit = self._fit(model, lesson, validation or watched, folder)
        return self._trained(model, validation, fit.run(ui), fit.training.step)

    @cached_property
    def _taught(self) -> Lesson:
        """The train rows; InputError where they cannot be trained on, and shall be."""
        if self._trains:
            self.task.kind.require_taught(self.task.split(TRAIN))
        return Lesson.of(self.task, TRAIN, self.objective, self.start.trunk.text)

    @property
    def _trains(self) -> bool:
        """Whether any step is asked for; how many may follow from the train rows."""
        return self.options.steps != 0

    def _model(self, ui: Ui) -> MultiTaskModel:
        with torch_draws(self.seed, 0, "head", self.runtime.device):
            head = self.start.head_for(self.task, self.objective, ui, trains=self._trains)
        start = self.start.trunk
        trunk, head = copy.deepcopy((start, head), {id(start.text): start.text})  # a start serves more than one trial
        return MultiTaskModel(trunk, {self.task.name: head}).to(self.runtime.device)

    def _fit(self, model: MultiTaskModel, lesson: Lesson, scored: Lesson | None, folder: Path | None) -> Fit:
        training = Training(model, [self._phase(lesson)], self.runtime, seed=self.seed)
        chooses = VALIDATION in self.task.splits
        finish: Finish = KeepBest(self.options.patience) if chooses else KeepLast()
        return Fit(
            training,
            finish,
            score=None if scored is None else lambda: self._score(model, scored),
            score_every=self.score_every,
            scored=[] if scored is None else [scored],
            folder=folder,
            save_seconds=self.options.save_seconds,
            tensorboard=self.options.tensorboard,
        )

    def _phase(self, lesson: Lesson) -> Phase:
        options = self.options
        return Phase(
            steps=self.steps,
            mixture=Mixture([self.task], self.seed),
            lessons={self.task.name: lesson},
            tuning=options.tuning,
            rates=options.rates,
            batch_size=options.batch_size,
            micro_tokens=options.micro_tokens,
        )

    def _score(self, model: MultiTaskModel, lesson: Lesson) -> dict[str, float]:
        """The metrics by name; of an objective that writes texts, which takes long, the loss alone."""
        if self.objective.writes_text:
            loss = mean_loss(model, lesson, self.runtime)
            return {"score": -loss, "validation_loss": loss}
        found = outputs(model, lesson, self.runtime)
        metrics = self._scored(found, self.objective.fit(self.task.kind, found)).metrics
        values = {name: interval.value for name, interval in metrics.items()}
        return {"score": values[self.task.kind.primary_metric], **values}

    def _scores(self, model: MultiTaskModel, lesson: Lesson, fitted: Mapping[str, Any]) -> Scores:
        return self.task.kind.score(self._records(model, lesson, fitted), lesson.examples, self.seed)

    def _records(self, model: MultiTaskModel, lesson: Lesson, fitted: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        return self.objective.decode(self.task.kind, outputs(model, lesson, self.runtime), fitted)

    def _trained(
        self, model: MultiTaskModel, validation: Lesson | None, journal: list[dict[str, Any]], steps: int
    ) -> Trained:
        model.eval()
        found = None if validation is None else outputs(model, validation, self.runtime)
        fitted = {} if found is None else self.objective.fit(self.task.kind, found)
        return Trained(
            model=model,
            task=self.task,
            objective=self.objective,
            fitted=fitted,
            validation=None if found is None else self._scored(found, fitted),
            journal=journal,
            steps=steps,
        )

    def _scored(self, found: Outputs, fitted: Mapping[str, Any]) -> Scores:
        records = self.objective.decode(self.task.kind, found, fitted)
        return self.task.kind.score(records, found.examples, self.seed)
