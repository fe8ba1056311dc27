"""What it takes to inspect a large task: seconds, and the most memory that the command had at any time.

    python benchmarks/inspection.py                     # a million rows: some minutes
    python benchmarks/inspection.py --rows 200000

The rows are made here: short texts of a made-up language whose words are as frequent as those of real ones. Of the
test rows some are copies of train rows, and some copies with one word changed; how many of these are found is part of
the result. Writes `benchmarks/results/inspection.json`.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import record

LABELS = ("good", "bad", "mixed")
TEST_ROWS, COPIED = 10_000, 500  # of the test rows, so many are exact copies, and as many near ones
SYLLABLES = ("ba", "do", "fi", "gu", "ka", "le", "mi", "no", "pa", "ri", "so", "tu")


def texts(count: int, seed: int) -> Iterator[list[str]]:
    """Texts of 8 to 30 words, the words drawn by Zipf's law."""
    draw = random.Random(seed)
    words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 4))) for _ in range(20_000)]
    weights = list(_running(1 / (rank + 2) for rank in range(len(words))))
    for _ in range(count):
        yield draw.choices(words, cum_weights=weights, k=draw.randint(8, 30))


def write(file: Path, rows: Iterator[Sequence[str]], seed: int) -> None:
    """The texts as a CSV with a label each."""
    draw = random.Random(seed)
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("text", "label"))
        writer.writerows((" ".join(words), draw.choice(LABELS)) for words in rows)


def test_texts(train_rows: int) -> Iterator[list[str]]:
    """Copies of train rows, copies with the middle word changed, and other texts."""
    long = (words for words in texts(train_rows, seed=0) if len(words) >= 24)
    for number, words in zip(range(2 * COPIED), long, strict=False):
        yield words if number < COPIED else [*words[:12], "changed", *words[13:]]
    yield from texts(TEST_ROWS - 2 * COPIED, seed=1)


def inspect(folder: Path) -> dict[str, Any]:
    """Run the command on a folder: its seconds, the most memory it took, and what it says."""
    command = [sys.executable, "-m", "crosstask", "inspect", str(folder), "--json"]
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        said = json.loads(process.stdout.read()) if process.stdout else {}
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    (found,) = said["leakage"]
    return {
        "seconds": round(time.perf_counter() - began, 1),
        "cpu_seconds": round(usage.ru_utime + usage.ru_stime, 1),
        "peak_mib": round(usage.ru_maxrss / 1024),
        "duplicates": said["tasks"][0]["splits"]["train"]["duplicates"],
        "copies_found": found["exact"],
        "near_copies_found": found["near"],
    }


def _running(numbers: Iterator[float]) -> Iterator[float]:
    total = 0.0
    for number in numbers:
        total += number
        yield total


def main() -> None:
    """Make the rows, inspect them, and write the result beside those of other sizes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows: int = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder, "train.csv"), texts(rows, seed=0), seed=2)
        write(Path(folder, "test.csv"), test_texts(rows), seed=3)
        size = sum(file.stat().st_size for file in Path(folder).iterdir())
        found = {"megabytes": round(size / 1e6, 1), "copies": COPIED, "near_copies": COPIED, **inspect(Path(folder))}
    record.write("inspection", {**record.read("inspection"), f"{rows} rows": found})
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
