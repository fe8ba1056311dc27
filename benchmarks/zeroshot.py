"""Zero-shot classification with `starter:llm`: label likelihoods as they are and calibrated, and their speed.

    python benchmarks/zeroshot.py --data DATA        # about a quarter of an hour on two cores

On sst2, trec and ag_news, 500 test rows each, with no label seen: the raw scores, and those with the mean over 256
unlabelled train texts taken away. The speed is that of scoring rows of sst2, against a plain loop that reads each
prompt once for each label, on the same weights, taking turns. Writes `benchmarks/results/zeroshot.json`, set by set.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

import record
from crosstask.models.likelihood import AnswerScorer
from crosstask.objectives import objective_for
from crosstask.runs.options import TrainingOptions
from crosstask.runs.start import Start, load_start
from crosstask.runs.trial import Trial
from crosstask.tasks import Example, Split, Task
from crosstask.tasks.kinds.classification import Classification
from crosstask.training.lesson import Lesson
from crosstask.training.runtime import Runtime
from crosstask.ui import Silent

MODEL = "starter:llm"
TEST_ROWS, TRAIN_ROWS, TIMED_ROWS, ROUNDS = 500, 256, 64, 3
SETS = ("sst2", "trec", "ag_news")
WAYS = {"raw": "none", "calibrated": "mean"}


def task_of(data: Path, name: str) -> Task:
    """The set with some train texts, whose labels are not looked at, and some test rows."""
    sizes = {"train": TRAIN_ROWS, "test": TEST_ROWS}
    splits = {split: Split(_rows(data / name / f"{split}.jsonl.gz", rows)) for split, rows in sizes.items()}
    labels = sorted({row.target for split in splits.values() for row in split.examples})
    return Task(name, Classification(labels=tuple(labels)), splits)


def _rows(file: Path, count: int) -> list[Example]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    order = np.random.default_rng(0).permutation(len(found))[:count]
    return [Example({"text": found[at]["text"]}, str(found[at]["label"])) for at in order]


def score(task: Task, start: Start, way: str) -> dict[str, Any]:
    """Accuracy and macro F1 on the test rows with intervals, and the seconds of it all."""
    objective = objective_for(task.kind, {"name": "likelihood", "calibration": WAYS[way]})
    trial = Trial(task, start, TrainingOptions(objective=objective, steps=0), Runtime.make("cpu"))
    began = time.perf_counter()
    found = trial.scores(trial.train(Silent()), "test").metrics
    seconds = time.perf_counter() - began
    print(f"{task.name}, {way}: accuracy {found['accuracy']}, {seconds:.0f} s", flush=True)
    return {name: found[name].to_json() for name in ("accuracy", "macro_f1")} | {"seconds": round(seconds, 1)}


def speed(task: Task, start: Start) -> dict[str, Any]:
    """Rows a second of both ways to score, taking turns; the greatest difference between their scores."""
    objective = objective_for(task.kind, "likelihood")
    rows = task.split("test").examples[:TIMED_ROWS]
    lesson = Lesson.of_examples(task, rows, objective, start.trunk.text)
    prompts = [features.target.prompt for features in lesson.features]
    paths = lesson.features[0].target.paths
    runs: list[tuple[float, float]] = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ours = _in_batches(start, paths, prompts)
        middle = time.perf_counter()
        theirs = plain_loop(start, paths.answers, prompts)
        runs.append((middle - began, time.perf_counter() - middle))
        print(f"{TIMED_ROWS} rows: {runs[-1][0]:.1f} s, plain loop {runs[-1][1]:.1f} s", flush=True)
    return {
        "rows": TIMED_ROWS,
        "ratio": round(statistics.median(plain / own for own, plain in runs), 2),
        "seconds": {
            "crosstask": round(statistics.median(own for own, _ in runs), 2),
            "plain loop": round(statistics.median(plain for _, plain in runs), 2),
        },
        "largest_difference": float((ours - theirs).abs().max()),
    }


def _in_batches(start: Start, paths: Any, prompts: Sequence[Sequence[int]], size: int = 32) -> torch.Tensor:
    """Crosstask's scores [prompt, label], batches grouped by length."""
    scorer = AnswerScorer(start.trunk, paths)
    order = sorted(range(len(prompts)), key=lambda row: len(prompts[row]))
    parts = [order[at : at + size] for at in range(0, len(order), size)]
    scores = torch.cat([scorer([prompts[row] for row in part]) for part in parts])
    return scores[torch.tensor(order).argsort()]


@torch.inference_mode()
def plain_loop(start: Start, answers: Sequence[Sequence[int]], prompts: Sequence[Sequence[int]]) -> torch.Tensor:
    """Scores [prompt, label] as one writes it down first: one pass for each prompt and label."""
    model = cast(Any, start.trunk.whole)

    def one(prompt: Sequence[int], answer: Sequence[int]) -> torch.Tensor:
        ids = torch.tensor([[*prompt, *answer]])
        told = model(input_ids=ids).logits[0, len(prompt) - 1 : -1].log_softmax(-1)
        return told.gather(1, torch.tensor(answer)[:, None]).sum()

    return torch.stack([torch.stack([one(prompt, answer) for answer in answers]) for prompt in prompts])


def main() -> None:
    """Score every set in both ways, time one, and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of sst2, trec and ag_news")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=SETS)
    given = parser.parse_args()
    start = load_start(MODEL)
    record.write("zeroshot", {**record.read("zeroshot"), "speed": speed(task_of(given.data, "sst2"), start)})
    for name in given.sets:
        found = {way: score(task_of(given.data, name), start, way) for way in WAYS}
        record.write("zeroshot", {**record.read("zeroshot"), name: found})


if __name__ == "__main__":
    main()
