"""A large vocabulary must not cost: a training step of `starter:multilingual` against one of `starter`.

    python benchmarks/vocabulary.py        # about three minutes on two cores

Both train on as many tokens a step, taking turns; the tokens are drawn from each one's own vocabulary as texts use
it (by Zipf's law). The twelve layers alone cost twice the six; the target is at most 2.5 times. Writes
`benchmarks/results/vocabulary.json`.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import numpy as np

import record
from crosstask.models.model import MultiTaskModel
from crosstask.models.text_encoder import Encoding
from crosstask.objectives import Features
from crosstask.objectives.classification_head import ClassificationHead
from crosstask.runs.options import TrainingOptions
from crosstask.runs.start import load_start
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.mixture import Mixture
from crosstask.tasks.task import TRAIN, Example, Split, Task
from crosstask.training.fit import Fit
from crosstask.training.lesson import Lesson
from crosstask.training.loop import Training
from crosstask.training.phase import Phase
from crosstask.training.runtime import Runtime

SMALL, LARGE = "starter", "starter:multilingual"
ROWS, TOKENS, BATCH, STEPS, ROUNDS = 512, 64, 32, 16, 5
LABELS = ("a", "b")


def step_seconds(model: str) -> float:
    """The median seconds of a training step on rows of `TOKENS` tokens, the vocabulary made small as in every run."""
    training = Training(*_model_and_phase(model), Runtime.make("cpu"))
    rows = Fit(training).run()
    return statistics.median(row["seconds"] for row in rows[2:])


def _model_and_phase(name: str) -> tuple[MultiTaskModel, list[Phase]]:
    start, options = load_start(name), TrainingOptions(steps=STEPS, batch_size=BATCH)
    kind = Classification(labels=LABELS)
    examples = [Example({"text": ""}, LABELS[row % 2], row) for row in range(ROWS)]
    task = Task("vocabulary", kind, {TRAIN: Split(examples)})
    objective = ClassificationHead()
    words = len(start.trunk.text.tokenizer)
    features = [
        Features(Encoding(ids, [0] * TOKENS if start.trunk.text.uses_type_ids else None, TOKENS), row % 2, row=row)
        for row, ids in enumerate(_ids(words))
    ]
    lesson = Lesson(task, objective, start.trunk.text, examples, features)
    model = MultiTaskModel(start.trunk, {task.name: objective.head(kind, start.trunk)})
    phase = Phase(
        steps=STEPS,
        mixture=Mixture([task]),
        lessons={task.name: lesson},
        tuning=options.tuning,
        rates=options.rates,
        batch_size=BATCH,
    )
    return model, [phase]


def _ids(words: int) -> Iterator[list[int]]:
    draw = np.random.default_rng(0)
    ranks = draw.zipf(1.2, size=(ROWS, TOKENS)) % (words - 10) + 5
    yield from ranks.tolist()


def main() -> None:
    """Measure both in turn and write the result."""
    runs = {name: [] for name in (SMALL, LARGE)}
    for _ in range(ROUNDS):
        for name, found in runs.items():
            found.append(step_seconds(name))
            print(f"{name}: {found[-1]:.3f} s a step", flush=True)
    ratio = statistics.median(large / small for small, large in zip(runs[SMALL], runs[LARGE], strict=True))
    seconds = {name: round(statistics.median(found), 4) for name, found in runs.items()}
    setting = {"tokens_a_step": BATCH * TOKENS, "steps": STEPS, "rounds": ROUNDS}
    record.write("vocabulary", {**setting, "seconds_a_step": seconds, "ratio": round(ratio, 3)})


if __name__ == "__main__":
    main()
