"""How well each kind of task is learned: one row a kind on public data, beside the cheap references.

    python benchmarks/kinds.py --data DATA                   # three quarters of an hour on two cores; resumable
    python benchmarks/kinds.py --data DATA --tasks squad     # this one anew or on; the others keep their results
    python benchmarks/kinds.py --data DATA --try             # two steps on few rows of each; nothing is written

DATA holds a folder a task. The preset `cpu`: at most 1,000 labelled rows a task, of which a tenth is held out as in any
fine-tuning, and 500 test rows, drawn with seed 0; what writes text is tested on fewer. Rates were chosen on held-out
rows, never on test rows. Intervals are over test rows. Writes `benchmarks/results/kinds.json`.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import record
from crosstask.runs.key import content_key
from crosstask.runs.options import TrainingOptions
from crosstask.runs.references import references_for
from crosstask.runs.start import load_start
from crosstask.runs.store import Store
from crosstask.runs.trial import Trial
from crosstask.tasks import Task, open_task
from crosstask.tasks.budget import draw_rows
from crosstask.tasks.holdout import hold_out
from crosstask.tasks.kind import Scores
from crosstask.tasks.ordering import seeded_order
from crosstask.terminal import Terminal
from crosstask.training.runtime import Runtime
from crosstask.ui import Ui

SEED = 0
SUMMARIZE = "Summarize this dialogue in one or two sentences.\n\n{{ source }}"


@dataclass(frozen=True)
class Piece:
    """One task of the benchmark: where it starts, how it trains, and at most how many rows it takes."""

    model: str
    options: TrainingOptions
    rows: int = 1000
    test_rows: int = 500

    def tried(self) -> Piece:
        """The same with very little work."""
        options = self.options.model_copy(update={"steps": 2, "epochs": None})
        return replace(self, options=options, rows=40, test_rows=8)


PIECES = {
    "banking77": Piece("starter", TrainingOptions(epochs=12)),
    "stsb": Piece("starter", TrainingOptions(epochs=8, batch_size=16, learning_rate=2e-4)),
    "conll2003": Piece("starter", TrainingOptions(epochs=5, learning_rate=2e-4)),
    "squad": Piece("starter", TrainingOptions(epochs=4, batch_size=8, learning_rate=2e-4)),
    "ocnli": Piece("starter:multilingual", TrainingOptions(epochs=4)),
    "chnsenticorp_hotel": Piece("starter:multilingual", TrainingOptions(epochs=2, batch_size=16, max_length=128)),
    "dialogsum": Piece(
        "starter:llm",
        TrainingOptions(
            tuning="lora",
            objective={"name": "lm", "template": SUMMARIZE, "max_new_tokens": 80},
            epochs=1,
            batch_size=8,
        ),
        rows=400,
        test_rows=100,
    ),
}


def task_of(data: Path, piece: Piece) -> Task:
    """A task of the data, no larger than the piece, with rows held out where there are enough."""
    task = open_task(data)
    test = task.split("test")
    asked = replace(test, examples=seeded_order(test.examples, SEED, "benchmark")[: piece.test_rows])
    drawn = draw_rows(task, min(piece.rows, len(task.split("train"))), SEED)
    return hold_out(drawn.with_splits(**{**drawn.splits, "test": asked}), SEED)


def fine_tuned(trial: Trial, folder: Path, ui: Ui) -> dict[str, Any]:
    """The test scores of the trained model; the seconds are those of the process that ends the training."""
    folder.mkdir(parents=True, exist_ok=True)
    began = time.perf_counter()
    trained = trial.train(ui, folder)
    seconds = time.perf_counter() - began
    read = _timed(lambda: trial.scores(trained, "test"))
    return {"steps": trained.steps, "metrics": read["metrics"], "seconds": seconds, "test_seconds": read["seconds"]}


def referred(trial: Trial, name: str) -> dict[str, Any]:
    """The test scores of a reference, and its seconds."""
    kind, rows = trial.task.kind, trial.task.split("test").examples
    return _timed(lambda: kind.score(references_for(kind)[name](trial, rows), rows, SEED))


def measure(name: str, piece: Piece, data: Path, work: Path, ui: Ui) -> dict[str, Any]:
    """The fine-tuned model and its references; what is in the work folder is not computed again."""
    start = load_start(piece.model, max_length=piece.options.max_length, ui=ui)
    trial = Trial(task_of(data / name, piece), start, piece.options, Runtime.make("cpu"), SEED)
    store = Store(work / "trials")

    def kept(reference: str) -> dict[str, Any]:
        config = {"trial": trial.key, "reference": reference}
        key = content_key(config, data=trial.task.fingerprint, start=start.fingerprint)
        return store.get(key, lambda: referred(trial, reference))

    kind = trial.task.kind
    return {
        "kind": kind.method_name(),
        "model": piece.model,
        "options": piece.options.model_dump(mode="json", exclude_defaults=True),
        "rows": {split: len(found) for split, found in trial.task.splits.items()},
        **store.get(trial.key, lambda: fine_tuned(trial, work / trial.key[:16], ui)),
        "references": {reference: kept(reference) for reference in references_for(kind)},
    }


def show(name: str, found: dict[str, Any], ui: Ui) -> None:
    """A table of every method's metrics."""
    methods = {f"fine-tuned {found['model']}": found, **found["references"]}
    rows = [
        (method, metric, interval["value"], interval["low"], interval["high"], round(scores["seconds"], 1))
        for method, scores in methods.items()
        for metric, interval in scores["metrics"].items()
    ]
    ui.table(f"{name} ({found['kind']})", [("method", "metric", "value", "95% low", "95% high", "seconds"), *rows])


def _timed(score: Callable[[], Scores]) -> dict[str, Any]:
    began = time.perf_counter()
    metrics = {name: interval.to_json() for name, interval in score().metrics.items()}
    return {"metrics": metrics, "seconds": time.perf_counter() - began}


def main() -> None:
    """Measure the tasks and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="a folder with a folder a task")
    parser.add_argument("--tasks", nargs="+", default=list(PIECES), choices=list(PIECES))
    parser.add_argument("--work", type=Path, default=Path("runs/kinds-benchmark"), help="what is done is kept here")
    parser.add_argument("--try", dest="trying", action="store_true", help="two steps on few rows; nothing is written")
    given = parser.parse_args()
    ui = Terminal()
    tasks = dict(record.read("kinds").get("tasks", {}))
    for name in given.tasks:
        piece = PIECES[name].tried() if given.trying else PIECES[name]
        tasks[name] = measure(name, piece, given.data, given.work, ui)
        show(name, tasks[name], ui)
    if not given.trying:
        ordered = {name: tasks[name] for name in PIECES if name in tasks}
        record.write("kinds", {"preset": "cpu", "seed": SEED, "tasks": ordered})


if __name__ == "__main__":
    main()
