"""Speed of fine-tuning against transformers' Trainer: same trunk, rows, batch, epochs and threads, interleaved.

    python benchmarks/finetune.py --data DATA        # about an hour on two cores
    python benchmarks/finetune.py --data DATA --sets mixed --rows 500

Useful tokens (padding left out) a second of training, test accuracy, and the share of the machine's matrix-product
peak that training reaches, on `sst2` and on `mixed`: sst2, ag_news and imdb rows shuffled together, the data set's
name as the label. Writes `benchmarks/results/finetune.json`; a set that is not measured keeps its earlier result.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import record
from crosstask import shelf
from crosstask.models.anatomy import layer_list
from crosstask.runs.options import TrainingOptions
from crosstask.runs.start import load_start
from crosstask.runs.trial import Trial
from crosstask.tasks import Example, Split, Task
from crosstask.tasks.kinds.classification import Classification
from crosstask.training.runtime import Runtime
from crosstask.ui import Silent

BATCH, LENGTH = 32, 512
EPOCHS = {"sst2": 3, "mixed": 1}  # enough for the accuracies to mean something
OURS, DEFAULT, GROUPED = "crosstask", "Trainer", "Trainer, length grouping"


@dataclass(frozen=True)
class Run:
    """One training: useful tokens a second, and accuracy on the test rows."""

    tokens_per_second: float
    accuracy: float


def read_rows(data: Path, name: str, split: str, rows: int, seed: int) -> list[dict[str, str]]:
    """A seeded sample of a data set's split."""
    with gzip.open(data / name / f"{split}.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    order = np.random.default_rng(seed).permutation(len(found))[:rows]
    return [found[place] for place in order]


def sst2(data: Path, split: str, rows: int) -> list[Example]:
    """Movie-review sentences."""
    return [Example({"text": row["text"]}, str(row["label"])) for row in read_rows(data, "sst2", split, rows, 0)]


def mixed(data: Path, split: str, rows: int) -> list[Example]:
    """Sentences, news items and long reviews; the label says which."""
    names = ("sst2", "ag_news", "imdb")
    found = [
        Example({"text": row["text"]}, name)
        for name in names
        for row in read_rows(data, name, split, rows // len(names), 0)
    ]
    return [found[place] for place in np.random.default_rng(0).permutation(len(found))]


SETS: dict[str, Callable[[Path, str, int], list[Example]]] = {"sst2": sst2, "mixed": mixed}


def task_of(name: str, data: Path, rows: int, test_rows: int) -> Task:
    """One of the two tasks, without a validation split."""
    splits = {"train": Split(SETS[name](data, "train", rows)), "test": Split(SETS[name](data, "test", test_rows))}
    return Task(name, Classification().learn(splits), splits)


def run_ours(task: Task, seed: int) -> Run:
    """Crosstask's own loop, from the encoded rows to the last step."""
    options = TrainingOptions(epochs=EPOCHS[task.name], batch_size=BATCH, max_length=LENGTH)
    start = load_start("starter", max_length=LENGTH)
    trial = Trial(task, start, options, Runtime.make("cpu"), seed)
    began = time.perf_counter()
    trained = trial.train(Silent())
    seconds = time.perf_counter() - began
    rows = task.split("test").examples
    hits = [found["label"] == row.target for found, row in zip(trial.predict(trained, rows), rows, strict=True)]
    tokens = EPOCHS[task.name] * int(trial.lesson("train").lengths.sum())
    return Run(tokens / seconds, statistics.mean(hits))


def run_trainer(task: Task, seed: int, sampling: str) -> Run:
    """Transformers' Trainer with its defaults, or with its own length grouping; encoded rows to the last step."""
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
        set_seed,
    )

    set_seed(seed)  # the head's first weights
    folder = shelf.ensure("starter")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=len(task.kind.space))
    began = time.perf_counter()
    train = _encoded(task, "train", tokenizer)
    with tempfile.TemporaryDirectory() as out:
        arguments = TrainingArguments(
            out,
            num_train_epochs=EPOCHS[task.name],
            per_device_train_batch_size=BATCH,
            learning_rate=TrainingOptions().learning_rate,
            train_sampling_strategy=sampling,
            seed=seed,
            report_to="none",
            save_strategy="no",
            disable_tqdm=True,
            use_cpu=True,
        )
        trainer = Trainer(model, arguments, train_dataset=train, data_collator=DataCollatorWithPadding(tokenizer))
        trainer.train()
        seconds = time.perf_counter() - began
        found = trainer.predict(_encoded(task, "test", tokenizer))
    accuracy = float((found.predictions.argmax(axis=1) == found.label_ids).mean())  # both in the order of its sampler
    tokens = EPOCHS[task.name] * sum(map(len, train["input_ids"]))
    return Run(tokens / seconds, accuracy)


def _encoded(task: Task, split: str, tokenizer: Any) -> Any:
    from datasets import Dataset

    examples = task.split(split).examples
    found = tokenizer([row.inputs["text"] for row in examples], truncation=True, max_length=LENGTH)
    return Dataset.from_dict({**found, "labels": [task.kind.space.index(row.target) for row in examples]})


METHODS: dict[str, Callable[[Task, int], Run]] = {
    OURS: run_ours,
    DEFAULT: lambda task, seed: run_trainer(task, seed, "random"),
    GROUPED: lambda task, seed: run_trainer(task, seed, "group_by_length"),
}


def measure(task: Task, seeds: int) -> dict[str, list[Run]]:
    """Every method on every seed, taking turns."""
    runs: dict[str, list[Run]] = {name: [] for name in METHODS}
    for seed in range(seeds):
        for name, method in METHODS.items():
            runs[name].append(method(task, seed))
            print(f"{task.name}, seed {seed}, {name}: {runs[name][-1]}", flush=True)
    return runs


def summary(runs: dict[str, list[Run]]) -> dict[str, Any]:
    """Medians of the ratios taken in turn, median rates and mean accuracies."""

    def ratio(peer: str) -> float:
        pairs = zip(runs[OURS], runs[peer], strict=True)
        return statistics.median(ours.tokens_per_second / theirs.tokens_per_second for ours, theirs in pairs)

    return {
        "ratio_to_defaults": round(ratio(DEFAULT), 3),
        "ratio_to_length_grouping": round(ratio(GROUPED), 3),
        "accuracy": {name: round(statistics.mean(run.accuracy for run in found), 4) for name, found in runs.items()},
        "tokens_per_second": {
            name: round(statistics.median(run.tokens_per_second for run in found)) for name, found in runs.items()
        },
        "runs": {name: [asdict(run) for run in found] for name, found in runs.items()},
    }


def with_shares(result: dict[str, Any]) -> dict[str, Any]:
    """The sets' results with the share of the matrix-product peak that their training reached."""
    operations, peak = _operations_per_token(), record.peak()

    def share(found: dict[str, Any]) -> float:
        return round(found["tokens_per_second"][OURS] * operations / peak, 3)

    return {name: {**found, "share_of_matrix_peak": share(found)} for name, found in result.items()}


def _operations_per_token() -> int:
    """6 a weight of the encoder's layers: two forward, four backward; attention's own products are not counted."""
    layers = layer_list(load_start("starter").trunk.encoder)[1]
    return 6 * sum(weight.numel() for weight in layers.parameters())


def main() -> None:
    """Measure both sets and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of sst2, ag_news and imdb")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--test-rows", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS), help="none: the peak anew")
    given = parser.parse_args()
    for name in given.sets:
        found = summary(measure(task_of(name, given.data, given.rows, given.test_rows), given.seeds))
        setting = {"batch": BATCH, "epochs": EPOCHS[name], "rows": given.rows, "seeds": given.seeds}
        record.write("finetune", with_shares({**record.read("finetune"), name: {**setting, **found}}))
    record.write("finetune", with_shares(record.read("finetune")))
    print(json.dumps({name: {**found, "runs": None} for name, found in record.read("finetune").items()}, indent=2))


if __name__ == "__main__":
    main()
