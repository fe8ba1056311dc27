"""Fine-tune a pretrained model on a task."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from crosstask.command import command_line
from crosstask.errors import BundleError, OutputError
from crosstask.runs.options import TrainingOptions
from crosstask.step import ModelSource, Result, Step, TaskSource, fetched_first, planned
from crosstask.ui import Ui, counted

if TYPE_CHECKING:
    from crosstask.models.bundle_record import BundleRecord
    from crosstask.runs.place import Place
    from crosstask.runs.trial import Trained, Trial
    from crosstask.serving.bundle import Bundle
    from crosstask.tasks.kind import Kind, Scores
    from crosstask.tasks.task import Task


class Finetune(TrainingOptions, Step):
    """Fine-tune a pretrained model on a task.

    The result is a bundle: trunk, head, task and model card in one folder. Killed at any moment, the same command goes
    on where it stopped and ends with the same weights.
    """

    positional: ClassVar[tuple[str, ...]] = ("task",)

    task: TaskSource
    """The task: a file (reviews.csv:text=review,label=stars), a folder, a YAML task file, sample:NAME or hub:NAME."""
    model: ModelSource = "starter"
    """Where to start: a shelf name, a folder, a bundle or a hub name."""
    out: Path | None = None
    """The bundle's folder; by default runs/TASK."""
    overwrite: bool = False
    """Replace what stands at --out."""
    test: bool = False
    """Score the task's test split at the end, once; the reading is recorded in the bundle."""

    def run(self, ui: Ui) -> Result:
        """Train, score, and write the bundle."""
        trial = self._trial(ui)
        place = self._place(trial)
        with place.working(overwrite=self.overwrite) as folder:
            if folder is None:
                ui.note(f"{place.out} is done already")
                return self._done(place.out)
            trained = trial.train(ui, folder)
            bundle = self._publish(trial, trained, place)
        return self._result(bundle, trained.steps)

    def plan(self, ui: Ui) -> Result:
        """Say what would be trained, for how long, and with how much memory; or what the run would be refused for."""
        if first := fetched_first(self.task, model=self.model, then=f"train {self.model}"):
            return first
        trial = self._trial(ui)
        place = self._place(trial)
        state = place.look(overwrite=self.overwrite)
        writing = place.plan(state, "the bundle")
        if state == "done":
            self._done(place.out)
            return planned([writing], seconds=0)
        return self._planned(trial, writing, done=_steps_saved(place) if state == "unfinished" else 0)

    def _planned(self, trial: Trial, writing: str, done: int) -> Result:
        from crosstask.runs.forecast import training

        expected = training(trial, done, test=self.test)
        rows = len(trial.task.split("train"))
        steps = counted(trial.steps, "step") + (f", of which {done:,} are done" if done else "")
        return planned(
            [f"train {self.model} on {counted(rows, 'row')} of {trial.task.name} for {steps}", writing],
            seconds=expected.seconds,
            memory=expected.memory,
        )

    def _trial(self, ui: Ui) -> Trial:
        from crosstask.runs.start import load_start
        from crosstask.runs.trial import Trial
        from crosstask.training.runtime import Runtime

        task = self._task(ui)
        runtime = Runtime.make(self.device, self.precision)
        start = load_start(self.model, max_length=self.max_length, ui=ui)
        start.check_labels(task, ui)
        return Trial(task, start, self._options(), runtime, self.seed)

    def _task(self, ui: Ui) -> Task:
        from crosstask.tasks import open_task
        from crosstask.tasks.budget import draw_labels, draw_rows
        from crosstask.tasks.holdout import hold_out

        task = open_task(self.task, ui=ui)
        if self.test:
            task.split("test")
        if self.labels_per_class is not None:
            task = draw_labels(task, self.labels_per_class, self.seed)
        if self.rows is not None:
            task = draw_rows(task, self.rows, self.seed)
        task = hold_out(task, self.seed)
        for note in task.notes:
            ui.note(note)
        return task

    def _options(self) -> TrainingOptions:
        return TrainingOptions(**{name: getattr(self, name) for name in TrainingOptions.model_fields})

    def _place(self, trial: Trial) -> Place:
        from crosstask.models.safe_name import safe_name
        from crosstask.runs.place import Place
        from crosstask.runs.sources import sources

        out = self.out or Path("runs") / safe_name(trial.task.name)
        return Place(out, trial.key, _key, sources(self.model, self.task))

    def _publish(self, trial: Trial, trained: Trained, place: Place) -> Bundle:
        from crosstask.reports.publish import Publication

        scores: dict[str, Scores] = {} if trained.validation is None else {"validation": trained.validation}
        if self.test:
            scores["test"] = trial.scores(trained, "test")
        filled_in = {"objective": trained.objective.config(), "out": str(place.out)}
        made_by = {"step": "finetune", "key": place.key, "steps_taken": trained.steps, **self.config(), **filled_in}
        publication = Publication(trained, made_by, self.model, self.seed, _record(Path(self.model)), scores)
        return publication.write(place.out, trial.runtime, overwrite=self.overwrite)

    def _done(self, out: Path) -> Result:
        from crosstask.serving.bundle import load

        bundle = load(out, self.device)
        if self.test and not any("test" in found for found in bundle.record.metrics.values()):
            rows = self.task if isinstance(self.task, str | PathLike) else "DATA"
            read = command_line("evaluate", out, "--task", rows)
            raise OutputError("is done already, without test scores", file=out, mend=f"Read them with: {read}")
        return self._result(bundle, bundle.record.made_by[-1]["steps_taken"])

    def _result(self, bundle: Bundle, steps: int) -> Result:
        record = {"bundle": str(bundle.path), "seed": self.seed, "steps": steps, "tasks": bundle.record.metrics}
        return Result(bundle, record, show=lambda ui: _show(record, bundle.learned().task.kind, ui))


def _key(out: Path) -> str | None:
    """The key of the run that made the bundle at `out`, None where none did or the bundle is damaged."""
    try:
        record = _record(out)
    except BundleError:
        return None
    last = record.made_by[-1] if record and record.made_by else {}
    return last.get("key")


def _steps_saved(place: Place) -> int:
    """The steps that an unfinished run need not take again."""
    from crosstask.training.checkpoint import latest_checkpoint

    checkpoint = latest_checkpoint(place.partial)
    return checkpoint.step if checkpoint else 0


def _record(path: Path) -> BundleRecord | None:
    """The record of the bundle at `path`, None where there is none."""
    from crosstask.models.bundle import is_bundle, read_record

    return read_record(path) if is_bundle(path) else None


def _show(record: Mapping[str, Any], kind: Kind, ui: Ui) -> None:
    from crosstask.serving.lines import row_of_yours

    for task, splits in record["tasks"].items():
        for split, metrics in splits.items():
            rows = [(name, found["value"], found["low"], found["high"]) for name, found in metrics.items()]
            ui.table(f"{task}, {split}", [("metric", "value", "95% low", "95% high"), *rows])
    bundle, steps = record["bundle"], record["steps"]
    done = "1 step" if steps == 1 else f"{steps:,} steps"
    ui.note(f"{done}; the bundle is {bundle}. Try: {command_line('predict', bundle, row_of_yours(kind))}")
