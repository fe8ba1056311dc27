"""Whatever is learned and however: stopped on its way and run again, it ends with the files of an uninterrupted run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import crosstask
from crosstask.errors import Interrupted
from tiny_training import Stops
from ways import WAYS, Taught, as_options

_TOLD_OF_TIME = {"README.md", "crosstask.json", "metrics.jsonl"}


def files(bundle: Path) -> dict[str, bytes]:
    """Weights, tasks and what was fitted, by their places."""
    found = {str(path.relative_to(bundle)): path for path in sorted(bundle.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in _TOLD_OF_TIME}


@pytest.mark.parametrize("name", [name for name, way in WAYS.items() if way.trains])
def test_it_ends_with_the_same_files(
    name: str, taught: Callable[[str], Taught], run_cli: Callable[..., Any], tmp_path: Path
) -> None:
    settings, whole, out = WAYS[name].settings, taught(name), tmp_path / "a"
    with pytest.raises(Interrupted) as stopped:
        crosstask.finetune(whole.task, model=whole.model, out=out, test=True, ui=Stops(after=7), **settings)
    assert Path(str(stopped.value.saved)) == tmp_path / "a.partial"
    assert not out.exists()
    line = ["finetune", whole.task, "--model", whole.model, "--out", out, *as_options(settings), "--test", "--json"]
    answer = run_cli(*line)
    assert answer.code == 0, answer.stderr
    assert f"going on after step 7 of {settings['steps']}" in answer.stderr
    assert answer.record == {**whole.record, "bundle": str(out)}
    assert files(out) == files(whole.bundle)
    assert {"trunk/model.safetensors", "heads/task.safetensors", "tasks/task.json"} <= files(out).keys()
    assert ("parts/lora.safetensors" in files(out)) == ("tuning" in settings)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
