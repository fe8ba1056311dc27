"""Nothing is lost: a run killed at any moment ends, run again, with the files of an uninterrupted one."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from crosstask.cli import main
from crosstask.command import command_line
from tiny_training import rows
from ways import WAYS, Taught, as_options

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")

STEPS = 200
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
Start = Callable[[Path], subprocess.Popen[str]]


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "reviews"
    folder.mkdir()
    for seed, (split, count) in enumerate({"train": 24, "validation": 30}.items()):
        lines = [f"{row.inputs['text']},{row.target}" for row in rows(count, seed)]
        (folder / f"{split}.csv").write_text("\n".join(["text,label", *lines]) + "\n")
    return folder


@pytest.fixture(scope="module")
def arguments(task: Path, tiny_checkpoint: Path) -> Callable[[Path], list[str]]:
    options = {"--steps": STEPS, "--batch-size": 8, "--patience": 99, "--save-seconds": 0, "--learning-rate": 1e-3}
    flat = [str(part) for pair in options.items() for part in pair]
    return lambda out: ["finetune", str(task), "--model", str(tiny_checkpoint), "--out", str(out), *flat]


def started(line: Sequence[str]) -> subprocess.Popen[str]:
    """A command line in a process of its own."""
    command = [sys.executable, "-m", "crosstask", *line]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)


@pytest.fixture(scope="module")
def start(arguments: Callable[[Path], list[str]]) -> Start:
    """Starts `crosstask finetune ... --out OUT` in a process of its own."""
    return lambda out: started(arguments(out))


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Runs in this process are those of the others: the thread count is part of a run's key."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def expected(arguments: Callable[[Path], list[str]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The weights of an uninterrupted run."""
    out = tmp_path_factory.mktemp("whole") / "a"
    assert main(arguments(out)) == 0
    return weight_hashes(out)


@pytest.fixture
def finish(run_cli: Callable[..., Any], arguments: Callable[[Path], list[str]]) -> Callable[[Path], str]:
    """Runs a run to its end in this process, and looks that nothing else is left; what it told people."""

    def run(out: Path) -> str:
        answer = run_cli(*arguments(out))
        assert answer.code == 0, answer.stderr
        assert [path.name for path in out.parent.iterdir()] == [out.name]
        return answer.stderr

    return run


def weight_hashes(out: Path) -> dict[str, str]:
    files = sorted(out.glob("*/*.safetensors"))
    return {str(file.relative_to(out)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def await_step(process: subprocess.Popen[str], out: Path, step: int) -> None:
    """Wait until the journal of an unfinished run holds `step`."""
    journal = out.with_name(f"{out.name}.partial") / "metrics.jsonl"
    while not (journal.exists() and f'"step": {step},' in journal.read_text()):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.002)


def test_killed_again_and_again_it_ends_the_same(start: Start, finish, expected: dict[str, str], tmp_path: Path):
    out = tmp_path / "a"
    for step in (1, 90):
        process = start(out)
        await_step(process, out, step)
        process.kill()
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert not out.exists()
    assert "going on after step" in finish(out)
    assert weight_hashes(out) == expected
    assert set(expected) == {"trunk/model.safetensors", "heads/reviews.safetensors"}


def test_a_task_of_writing_with_low_rank_updates_ends_the_same(
    taught: Callable[[str], Taught], run_cli: Callable[..., Any], tmp_path: Path
):
    whole, settings, out = taught("generation, LoRA"), WAYS["generation, LoRA"].settings, tmp_path / "a"
    line = ["finetune", whole.task, "--model", whole.model, "--out", out, *as_options(settings)]
    process = started([*map(str, line), "--save-seconds", "0"])
    await_step(process, out, 7)
    process.kill()
    process.communicate()
    assert (process.returncode, out.exists()) == (-signal.SIGKILL, False)
    again = run_cli(*line)
    assert again.code == 0, again.stderr
    assert "going on after step" in again.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert weight_hashes(out) == weight_hashes(whole.bundle)
    assert "parts/lora.safetensors" in weight_hashes(out)


def test_stopped_it_says_what_is_saved_and_how_to_go_on(start: Start, finish, expected, arguments, tmp_path: Path):
    out = tmp_path / "a"
    process = start(out)
    await_step(process, out, 90)
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate()
    assert process.returncode == 130
    *_, line = messages.strip().splitlines()
    saved, command = line.split(" Go on with: ")
    assert saved == f"crosstask: {out}.partial: interrupted, and what was done is saved."
    assert command == command_line(*arguments(out))
    assert "Traceback" not in messages
    assert "going on after step" in finish(out)
    assert weight_hashes(out) == expected


DIES_WRITING = """
import os, signal, sys
from crosstask.cli import main
from crosstask.models import bundle

write = bundle.save_trunk

def half_written(trunk, folder):
    write(trunk, folder)
    os.kill(os.getpid(), signal.SIGKILL)

bundle.save_trunk = half_written
main(sys.argv[1:])
"""


def test_killed_while_the_bundle_is_written_there_is_none(finish, expected, arguments, tmp_path: Path):
    out = tmp_path / "a"
    command = [sys.executable, "-c", DIES_WRITING, *arguments(out)]
    ended = subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, check=False)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not out.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.lock", ".a.partial", "a.partial"]
    finish(out)
    assert weight_hashes(out) == expected
