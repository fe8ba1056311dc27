"""What only a GPU can show: training there, in every precision."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from crosstask.steps.finetune import Finetune
from crosstask.ui import Silent

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")

ROWS = [(f"a {word} {thing}", label) for word, label in (("good", "yes"), ("bad", "no")) for thing in "abcdefgh"]


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_a_toy_task_is_learned(tiny_checkpoint: Path, tmp_path: Path, precision: str) -> None:
    step = Finetune(
        task=ROWS, model=str(tiny_checkpoint), out=tmp_path / "bundle", device="cuda", precision=precision, steps=30
    )
    bundle = step.run(Silent()).value
    rows = [row["loss"] for row in map(_row, (tmp_path / "bundle" / "metrics.jsonl").read_text().splitlines())]
    assert rows[-1] < rows[0]
    assert len(bundle.predict([text for text, _ in ROWS])) == len(ROWS)


def _row(line: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(line)
    return found
