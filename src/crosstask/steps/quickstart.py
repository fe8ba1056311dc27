"""See knowledge move from one real task to another, in about three minutes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from crosstask.command import command_line
from crosstask.step import Result, Step, fetched_first, planned
from crosstask.ui import Ui

if TYPE_CHECKING:
    from crosstask.reports.quickstart_result import MethodScores
    from crosstask.runs.place import Place
    from crosstask.runs.trial import Trained
    from crosstask.tasks.task import Task
    from crosstask.training.runtime import Runtime
    from crosstask.transfer.study import Study

MODEL = "starter"
SOURCE, TARGET = "sample:tweets-other", "sample:tweets-airlines"
SOURCE_OPTIONS: dict[str, Any] = {"epochs": 2}
TARGET_OPTIONS: dict[str, Any] = {"steps": 40, "batch_size": 16}
_RECORD, _REPORT, _BUNDLE = "quickstart.json", "report.html", "bundle"


class Quickstart(Step):
    """See knowledge move from one real task to another, in about three minutes.

    Few labels of one task are learned directly, and after another task that shares its labels; both on the same rows
    for the same steps, over several draws. The better model is saved.
    """

    out: Path = Path("runs/quickstart")
    """Where the bundle, the report and the scores go."""
    labels_per_class: Annotated[int, Field(ge=1)] = 16
    """Labelled rows of each class of the target in a draw."""
    draws: Annotated[int, Field(ge=1)] = 3
    """How many times to draw labels, and train both ways on them."""
    source_rows: Annotated[int, Field(ge=2)] = 2000
    """Rows of the source that transfer learns first."""
    overwrite: bool = False
    """Replace what stands at --out."""

    def run(self, ui: Ui) -> Result:
        """Fetch, train, compare, report."""
        study, place = self._study_and_place(ui)
        with place.working(overwrite=self.overwrite) as folder:
            if folder is None:
                ui.note(f"{self.out} is done already")
            else:
                self._make(replace(study, folder=folder), place, ui)
        record = json.loads((self.out / _RECORD).read_text(encoding="utf-8"))["result"]
        return Result(record, record, show=lambda ui: _show(record, ui))

    def plan(self, ui: Ui) -> Result:
        """Say what would be trained, for how long, and with how much memory; or what the run would be refused for."""
        from crosstask.transfer.forecast import study_forecast

        trainings = [
            f"train {MODEL} on {self.source_rows:,} rows of {SOURCE}",
            f"train it on {self.draws} draws of {self.labels_per_class} labels a class of {TARGET}, both ways",
        ]
        if first := fetched_first(MODEL, SOURCE, TARGET, then=trainings[0]):
            return first
        study, place = self._study_and_place(ui)
        state = place.look(overwrite=self.overwrite)
        writing = place.plan(state, "the bundle and the report")
        if state == "done":
            return planned([writing], seconds=0)
        if state == "unfinished":
            ui.note("the time is that of the whole: what is done of it is not taken off")
        expected = study_forecast(study)
        return planned([*trainings, writing], seconds=expected.seconds, memory=expected.memory)

    def study(self, runtime: Runtime, folder: Path, ui: Ui) -> Study:
        """The study that `run` runs, with its work in `folder`."""
        from crosstask.runs.options import TrainingOptions
        from crosstask.tasks import open_task
        from crosstask.transfer.study import Study

        def keep(trained: Trained, base: str, out: Path) -> None:
            self._keep(trained, base, out, runtime)

        return Study(
            source=open_task(SOURCE, ui=ui),
            target=open_task(TARGET, ui=ui),
            model=MODEL,
            labels_per_class=self.labels_per_class,
            source_rows=self.source_rows,
            draws=self.draws,
            runtime=runtime,
            folder=folder,
            source_options=TrainingOptions(**SOURCE_OPTIONS),
            target_options=TrainingOptions(**TARGET_OPTIONS),
            keep=keep,
            seed=self.seed,
        )

    def _study_and_place(self, ui: Ui) -> tuple[Study, Place]:
        from crosstask.runs.place import Place
        from crosstask.training.runtime import Runtime

        study = self.study(Runtime.make(self.device), self.out, ui)
        return study, Place(self.out, study.key, _made_by)

    def _keep(self, trained: Trained, base: str, out: Path, runtime: Runtime) -> None:
        from crosstask.models.bundle import is_bundle, read_record
        from crosstask.reports.publish import Publication
        from crosstask.runs.options import TrainingOptions

        earlier = read_record(base) if is_bundle(base) else None
        options = TrainingOptions(**(SOURCE_OPTIONS if out.name == "source" else TARGET_OPTIONS)).config()
        options["objective"] = trained.objective.config()
        made_by = {"step": "quickstart", "trained": out.name, "steps_taken": trained.steps, **self.config()}
        Publication(trained, made_by | {"training": options}, MODEL, self.seed, earlier).write(
            out, runtime, overwrite=True
        )

    def _make(self, study: Study, place: Place, ui: Ui) -> None:
        """Run the study and put bundle, report and record in place, all or nothing."""
        from crosstask.models.whole_folder import whole_folder
        from crosstask.reports.from_study import quickstart_record, quickstart_result
        from crosstask.reports.page import Command, render
        from crosstask.reports.quickstart import quickstart_report

        commands = [Command(what, line) for what, line in next_commands(self.out)]
        result = quickstart_result(study, study.run(ui), study.train_source(ui), commands)
        record = quickstart_record(result)
        record |= {"bundle": str(self.out / _BUNDLE), "report": str(self.out / _REPORT)}
        with whole_folder(self.out, overwrite=self.overwrite) as folder:
            shutil.copytree(study.bundle(record["decision"]["way"]), folder / _BUNDLE)
            _tell_of_test(folder / _BUNDLE, study.target, result.transfer if result.saved_transfer else result.direct)
            (folder / _REPORT).write_text(render(quickstart_report(result)), encoding="utf-8")
            text = json.dumps({"key": place.key, "result": record}, indent=2)
            (folder / _RECORD).write_text(text + "\n", encoding="utf-8")


def next_commands(out: Path) -> list[tuple[str, str]]:
    """What to try next, each with its command."""
    bundle, yours = out / _BUNDLE, "yours.csv"
    return [
        ("Ask the model", command_line("predict", bundle, "two hours late again, and nobody tells us why")),
        ("Look at your own table", command_line("inspect", yours)),
        ("Train on it", command_line("finetune", yours, "--out", "runs/yours")),
        ("Start from what was learned here", command_line("finetune", yours, "--model", bundle, "--out", "runs/more")),
    ]


def _tell_of_test(bundle: Path, target: Task, saved: MethodScores) -> None:
    """Write into the bundle, which is of the first draw, that the target's test split was read and what came of it."""
    from crosstask.evidence.crossed import crossed_interval
    from crosstask.models.bundle import read_record, update_record
    from crosstask.models.bundle_record import reading_of_test

    metrics = {"accuracy": crossed_interval(saved.correct[:1]).to_json()}
    test = target.split("test")
    reading = reading_of_test(target.name, test.fingerprint, len(test), metrics)
    update_record(bundle, read_record(bundle).with_test_read(reading))


def _made_by(out: Path) -> str | None:
    """The key of the quickstart that made what is at `out`, None where none did."""
    try:
        key: str = json.loads((out / _RECORD).read_text(encoding="utf-8"))["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key


def _show(record: Mapping[str, Any], ui: Ui) -> None:
    from crosstask.reports.quickstart_result import HEADER

    ui.table(f"{record['target']}, {record['labels_per_class']} labels a class", [HEADER, *map(tuple, record["table"])])
    ui.note(record["verdict"])
    ui.note(f"saved: {record['bundle']} ({record['decision']['way']}), report: {record['report']}")
    ui.note("next:")
    for what, line in next_commands(Path(record["report"]).parent):
        ui.note(f"  {line}    # {what.lower()}")
