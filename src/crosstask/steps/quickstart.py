"""See knowledge move from one real task to another, in about three minutes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from crosstask.command import command_line
from crosstask.step import Result, Step, fetched_first, planned
from crosstask.ui import Ui, counted

if TYPE_CHECKING:
    from crosstask.reports.messages import Messages
    from crosstask.reports.page import Command
    from crosstask.reports.quickstart_result import MethodScores
    from crosstask.runs.place import Place
    from crosstask.runs.trial import Trained
    from crosstask.tasks.task import Task
    from crosstask.training.runtime import Runtime
    from crosstask.transfer.stories import Story
    from crosstask.transfer.study import Study

_OUT = {"en": Path("runs/quickstart"), "zh": Path("runs/quickstart-zh")}
_RECORD, _REPORT, _BUNDLE = "quickstart.json", "report.html", "bundle"


class Quickstart(Step):
    """See knowledge move from one real task to another, in about three minutes.

    Few labels of one task are learned directly, and after another task that shares its labels; both on the same rows
    for the same steps, over several draws. The better model is saved. In Chinese (--lang zh), English tweets teach a
    multilingual model to judge Chinese reviews, which it also does without one label of them.
    """

    lang: Literal["en", "zh"] = "en"
    """The language: en, between two sorts of English tweets; or zh, from English to Chinese and told in Chinese."""
    out: Path | None = None
    """Where the bundle, the report and the scores go; by default runs/quickstart, or runs/quickstart-zh in Chinese."""
    labels_per_class: Annotated[int, Field(ge=1)] = 16
    """Labelled rows of each class of the target in a draw."""
    draws: Annotated[int, Field(ge=1)] = 3
    """How many times to draw labels, and train both ways on them."""
    source_rows: Annotated[int | None, Field(ge=2)] = None
    """Rows of the source that transfer learns first; by default 2000."""
    overwrite: bool = False
    """Replace what stands at --out."""

    def run(self, ui: Ui) -> Result:
        """Fetch, train, compare, report."""
        from crosstask.reports.messages import messages
        from crosstask.reports.translated import Translated

        say = messages(self.lang)
        ui = Translated(ui, say.heard)
        study, place = self._study_and_place(ui)
        with place.working(overwrite=self.overwrite) as folder:
            if folder is None:
                ui.note(say.done.format(out=place.out))
            else:
                self._make(replace(study, folder=folder), place, say, ui)
        record = json.loads((place.out / _RECORD).read_text(encoding="utf-8"))["result"]
        return Result(record, record, show=lambda ui: _show(record, self._story, say, ui))

    def plan(self, ui: Ui) -> Result:
        """Say what would be trained, for how long, and with how much memory; or what the run would be refused for."""
        from crosstask.transfer.forecast import study_forecast

        story = self._story
        draws = f"{counted(self.draws, 'draw')} of {counted(self.labels_per_class, 'label')} a class"
        trainings = [
            f"train {story.model} on {counted(self._source_rows, 'row')} of {story.source}",
            f"train it on {draws} of {story.target}, both ways",
        ]
        if first := fetched_first(story.source, story.target, model=story.model, then=trainings[0]):
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
        from crosstask.runs.start import load_start
        from crosstask.tasks import open_task
        from crosstask.transfer.study import Study

        story = self._story

        def keep(trained: Trained, base: str, out: Path) -> None:
            self._keep(trained, base, out, runtime)

        return Study(
            source=open_task(story.source, ui=ui),
            target=open_task(story.target, ui=ui),
            model=story.model,
            fresh=load_start(story.model, max_length=story.target_options.max_length, ui=ui),
            labels_per_class=self.labels_per_class,
            source_rows=self._source_rows,
            draws=self.draws,
            watched=story.watched,
            runtime=runtime,
            folder=folder,
            source_options=story.source_options,
            target_options=story.target_options,
            keep=keep,
            seed=self.seed,
        )

    @property
    def _story(self) -> Story:
        from crosstask.transfer.stories import STORIES

        return STORIES[self.lang]

    @property
    def _source_rows(self) -> int:
        return self.source_rows or self._story.source_rows

    def _study_and_place(self, ui: Ui) -> tuple[Study, Place]:
        from crosstask.runs.place import Place
        from crosstask.runs.sources import sources
        from crosstask.training.runtime import Runtime

        out = self.out or _OUT[self.lang]
        study = self.study(Runtime.make(self.device), out, ui)
        return study, Place(out, study.key, _made_by, sources(self._story.model))

    def _keep(self, trained: Trained, base: str, out: Path, runtime: Runtime) -> None:
        from crosstask.models.bundle import is_bundle, read_record
        from crosstask.reports.publish import Publication

        story, earlier = self._story, read_record(base) if is_bundle(base) else None
        options = story.source_options if out.name == "source" else story.target_options
        training = options.config() | {"objective": trained.objective.config()}
        facts = {"step": "quickstart", "trained": out.name, "steps_taken": trained.steps}
        filled_in = {"source_rows": self._source_rows, "training": training}
        publication = Publication(trained, facts | self.config() | filled_in, story.model, self.seed, earlier)
        publication.write(out, runtime, overwrite=True)

    def _make(self, study: Study, place: Place, say: Messages, ui: Ui) -> None:
        """Run the study and put bundle, report and record in place, all or nothing."""
        from crosstask.models.whole_folder import whole_folder
        from crosstask.reports.from_study import quickstart_record, quickstart_result
        from crosstask.reports.page import render
        from crosstask.reports.quickstart import quickstart_report

        out = place.out
        commands = next_commands(out / _BUNDLE, self._story, say)
        result = quickstart_result(study, study.run(ui), study.train_source(ui), commands)
        record = quickstart_record(result, say)
        record |= {"bundle": str(out / _BUNDLE), "report": str(out / _REPORT)}
        with whole_folder(out, overwrite=self.overwrite) as folder:
            shutil.copytree(study.bundle(result.saved.name), folder / _BUNDLE)
            _tell_of_test(folder / _BUNDLE, study.target, result.saved)
            (folder / _REPORT).write_text(render(quickstart_report(result, say)), encoding="utf-8")
            text = json.dumps({"key": place.key, "result": record}, indent=2, ensure_ascii=False)
            (folder / _RECORD).write_text(text + "\n", encoding="utf-8")


def next_commands(bundle: Path, story: Story, say: Messages) -> list[Command]:
    """What to try next, each with its command."""
    from crosstask.reports.page import Command

    yours = "yours.csv"
    return [
        Command(say.ask, command_line("predict", bundle, story.question)),
        Command(say.look, command_line("inspect", yours)),
        Command(say.train, command_line("finetune", yours, "--model", story.model, "--out", "runs/yours")),
        Command(say.go_on, command_line("finetune", yours, "--model", bundle, "--out", "runs/more")),
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


def _show(record: Mapping[str, Any], story: Story, say: Messages, ui: Ui) -> None:
    title = say.table.format(target=record["target"], labels=record["labels_per_class"])
    ui.table(title, [say.header, *map(tuple, record["table"])])
    ui.note(record["verdict"])
    way = say.method(record["decision"]["way"])
    ui.note(say.saved.format(bundle=record["bundle"], way=way, report=record["report"]))
    ui.note(say.next)
    for command in next_commands(Path(record["bundle"]), story, say):
        ui.note(f"  {command.line}    # {command.what}")
