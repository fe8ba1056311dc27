"""Many rows are checked in little memory, and as a few are."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from crosstask.tasks import open_task
from crosstask.tasks.checks.inspection import Inspection, inspect_tasks
from crosstask.tasks.checks.tally import Reading
from crosstask.tasks.kind import Kind
from crosstask.tasks.reread import Reread
from crosstask.tasks.task import Example, Task

TRAIN, TEST, COPIES = 48_000, 2_000, 40


def _rows(rows: int, seed: int) -> Iterator[str]:
    draw = random.Random(seed)
    return (" ".join(f"w{draw.randrange(3000)}" for _ in range(20)) for _ in range(rows))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two splits; of test, forty rows stand in train too, and forty do but for a word."""
    place = tmp_path_factory.mktemp("many")
    train = list(_rows(TRAIN, 0))
    near = (text.replace(text.split()[10], "another", 1) for text in train[-COPIES:])
    test = [*train[:COPIES], *near, *_rows(TEST - 2 * COPIES, 1)]
    for name, texts in (("train", train), ("test", test)):
        lines = (f"{text},{at % 3}" for at, text in enumerate(texts))
        (place / f"{name}.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    return place


def _read(kind: Kind, examples: Sequence[Example]) -> list[Reading]:
    return [Reading(20)] * len(examples)


def _inspected(task: Task) -> Inspection:
    return inspect_tasks([task], _read, limit=64)


PROGRAM = """
import json, re, sys
from pathlib import Path
from crosstask.tasks import open_task
from crosstask.tasks.checks.inspection import inspect_tasks
from crosstask.tasks.checks.tally import Reading

def most():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text()).group(1))

def inspect(task):
    return inspect_tasks([task], lambda kind, rows: [Reading(20)] * len(rows), limit=64)

few = [("a long text", "a"), ("another text", "b")]
inspect(open_task({"train": few, "test": few}))
before = most()
(leak,) = inspect(open_task(sys.argv[1], held=False)).leakage
print(json.dumps({"kib": most() - before, **leak.to_json()}))
"""


told = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the system does not tell the most memory taken"
)


@told
def test_fifty_thousand_rows_are_checked_in_the_memory_of_a_few_thousand(folder: Path):
    """Held as examples they take 22 MiB, with their shingles and sketches 583."""
    found = _checked(folder)
    assert (found["rows"], found["exact"], found["near"]) == (TEST, COPIES, COPIES)
    assert found["kib"] < 30 << 10


@told
def test_rows_that_are_nearly_all_near_copies_are_checked_in_little_memory(tmp_path: Path):
    """With all that they have in common held, they take 58 MiB."""
    train = list(_rows(12_000, 0))
    (tmp_path / "train.csv").write_text("\n".join(["text,label", *(f"{text},a" for text in train), "b,b"]))
    (tmp_path / "test.csv").write_text("\n".join(["text,label", *(f"{text} more,a" for text in train)]))
    found = _checked(tmp_path)
    assert (found["rows"], found["exact"], found["near"]) == (12_000, 0, 12_000)
    assert found["kib"] < 16 << 10


def _checked(folder: Path) -> dict[str, Any]:
    said = subprocess.run([sys.executable, "-c", PROGRAM, folder], capture_output=True, check=True).stdout
    return json.loads(said)


def test_rows_that_are_not_held_are_checked_as_held_ones(folder: Path):
    streamed, held = open_task(folder / "test.csv", held=False), open_task(folder / "test.csv")
    assert isinstance(streamed.split("train").examples, Reread)
    assert (streamed.kind, streamed.fingerprint) == (held.kind, held.fingerprint)
    assert _inspected(streamed).to_json() == _inspected(held).to_json()
