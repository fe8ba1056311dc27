"""Small runs must start fast: sst2 with 16 labels a class, ten epochs, from the start of training to a saved bundle.

    python benchmarks/fewshot.py --data DATA

Imports are done first; reading the rows, opening the trunk, training and writing the bundle are counted. Also measures
`crosstask --help` in a fresh process. Writes `benchmarks/results/fewshot.json`.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import record
from crosstask.reports import publish  # noqa: F401  imported before the clock starts
from crosstask.runs import trial  # noqa: F401
from crosstask.steps.finetune import Finetune
from crosstask.ui import Silent

REPEATS = 3


def finetune_seconds(data: Path) -> float:
    """Seconds of one fine-tuning, bundle included."""
    with tempfile.TemporaryDirectory() as folder:
        step = Finetune(
            task=str(data / "sst2" / "train.jsonl.gz"), labels_per_class=16, epochs=10, out=Path(folder) / "bundle"
        )
        began = time.perf_counter()
        step.run(Silent())
        return time.perf_counter() - began


def help_seconds() -> float:
    """Seconds of `crosstask --help` in a fresh process."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", "crosstask", "--help"], check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    """Measure both and write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds sst2")
    data = parser.parse_args().data
    runs = [finetune_seconds(data) for _ in range(REPEATS)]
    helps = [help_seconds() for _ in range(REPEATS + 2)]
    record.write(
        "fewshot",
        {
            "finetune_seconds": {"median": round(statistics.median(runs), 2), "runs": [round(run, 2) for run in runs]},
            "help_seconds": {"median": round(statistics.median(helps), 3), "runs": [round(run, 3) for run in helps]},
        },
    )


if __name__ == "__main__":
    main()
