"""A trained model becomes a bundle on disk, with its card and everything that was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crosstask.models.bundle import write_bundle
from crosstask.models.bundle_record import BundleRecord, reading_of_test
from crosstask.reports.card import Card, CardScores, CardTask, model_card
from crosstask.reports.origin import Origin
from crosstask.runs.trial import Trained
from crosstask.serving.bundle import Bundle
from crosstask.serving.learned import LearnedTask
from crosstask.tasks.description import describe
from crosstask.tasks.kind import Scores
from crosstask.tasks.task import TEST, TRAIN, VALIDATION, Split, Task
from crosstask.training.runtime import Runtime
from crosstask.versions import current_versions


@dataclass(frozen=True)
class Publication:
    """A trained model with what is to be said of it.

    `made_by` is the config of the step that made it, with the run's `key`; `base_model` is what the training started
    from, and `earlier` its record where that is a bundle. `scores` holds the scores by split; reading the test split is
    recorded.
    """

    trained: Trained
    made_by: Mapping[str, Any]
    base_model: str
    seed: int
    earlier: BundleRecord | None = None
    scores: Mapping[str, Scores] = field(default_factory=dict)

    def write(self, out: Path, runtime: Runtime, *, overwrite: bool) -> Bundle:
        """Write the bundle, whole or not at all, and give it back ready to predict."""
        trained, name = self.trained, self.trained.task.name
        learned = LearnedTask(trained.task.with_splits(), trained.objective, trained.fitted)
        description = {
            "task": describe(trained.task),
            "objective": trained.objective.config(),
            "fitted": dict(trained.fitted),
        }
        record = self._record()
        write_bundle(
            out,
            trained.model,
            {name: description},
            record,
            self._card(out, record),
            journal=trained.journal,
            overwrite=overwrite,
        )
        return Bundle(out, record, {name: learned}, trained.model, runtime)

    @property
    def _origin(self) -> Origin:
        return Origin.of(self.base_model, self.earlier)

    def _record(self) -> BundleRecord:
        task, earlier = self.trained.task, self.earlier or BundleRecord()
        metrics = {
            split: {metric: interval.to_json() for metric, interval in scores.metrics.items()}
            for split, scores in self.scores.items()
        }
        record = BundleRecord(
            made_by=(*earlier.made_by, self._origin.noted_in(self.made_by)),
            seeds=(*earlier.seeds, self.seed),
            data={**earlier.data, task.name: _fingerprints(task)},
            metrics={task.name: metrics},
            test_reads=earlier.test_reads,
            versions=current_versions(self.made_by),
        )
        if TEST not in self.scores:
            return record
        data, rows = task.split(TEST).fingerprint, self.scores[TEST].rows
        return record.with_test_read(reading_of_test(task.name, data, rows, metrics[TEST]))

    def _card(self, out: Path, record: BundleRecord) -> str:
        task = self.trained.task
        scores = [CardScores(split, found.rows, found.metrics) for split, found in self.scores.items()]
        described = CardTask(
            name=task.name,
            kind=task.kind.method_name(),
            hub_task=task.kind.hub_task,
            inputs=tuple(task.kind.inputs.values()),
            labels=task.kind.space,
            rows={split: len(rows) for split, rows in task.splits.items()},
            scores=scores,
            hub_metrics=task.kind.hub_metrics,
        )
        return model_card(Card(out.resolve().name, [described], self.made_by, record.versions, self._origin))


def _fingerprints(task: Task) -> dict[str, str]:
    """The fingerprint of each split, and of the whole files they are parts of: one cut in two, one drawn from."""
    found = {name: split.fingerprint for name, split in task.splits.items()}
    if drawn_from := task.split(TRAIN).drawn_from:
        found[f"{TRAIN} before the draw"] = drawn_from
    if VALIDATION in task.splits:
        both = [*task.split(TRAIN).examples, *task.split(VALIDATION).examples]
        found[f"{TRAIN} and {VALIDATION}"] = Split(both).fingerprint
    return found
