"""What only a GPU can show: training there in every precision, its memory's end, and what it writes.

`make test-gpu` runs these tests; under any other no GPU can be seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_checkpoints import save_checkpoint

from crosstask.models.decoding import Decoding
from crosstask.models.generation import generate
from crosstask.models.prompts import token_ids
from crosstask.models.transformers_gateway import load_trunk
from crosstask.steps.finetune import Finetune
from crosstask.training.fit import Fit
from crosstask.training.inference import outputs
from crosstask.training.loop import Training
from crosstask.training.runtime import Runtime
from crosstask.ui import Silent
from tiny_training import Notes, toy_model, toy_phase, toy_task
from ways import WAYS, as_options

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU is seen; make test-gpu runs this on one")

ROWS = [(f"a {word} {thing}", label) for word, label in (("good", "yes"), ("bad", "no")) for thing in "abcdefgh"]
PROMPTS = ["hello", "a much longer prompt, to be padded for", "中文", "what follows?"]


def test_auto_takes_the_gpu() -> None:
    assert Runtime.make().device.type == "cuda"


@pytest.mark.parametrize("precision", ["fp32", "bf16", "fp16"])
def test_a_toy_task_is_learned(tiny_checkpoint: Path, tmp_path: Path, precision: str) -> None:
    step = Finetune(
        task=ROWS, model=str(tiny_checkpoint), out=tmp_path / "bundle", device="cuda", precision=precision, steps=30
    )
    bundle = step.run(Silent()).value
    losses = [json.loads(line)["loss"] for line in (tmp_path / "bundle" / "metrics.jsonl").read_text().splitlines()]
    assert losses[-1] < losses[0]
    assert len(bundle.predict([text for text, _ in ROWS])) == len(ROWS)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
@pytest.mark.parametrize("name", WAYS)
def test_every_way_is_learned_in_half_precision_and_asked_on_a_cpu(
    name: str,
    precision: str,
    tiny_checkpoint: Path,
    tiny_decoder: Path,
    tmp_path: Path,
    run_cli: Callable[..., object],
) -> None:
    way = WAYS[name]
    model = {"encoder": tiny_checkpoint, "decoder": tiny_decoder}[way.model]
    task, out = way.rows.write(tmp_path / "task"), tmp_path / "bundle"
    where = ["--device", "cuda", "--precision", precision]
    made = run_cli("finetune", task, "--model", model, "--out", out, *as_options(way.settings), *where)
    assert made.code == 0, made.stderr
    answers = [run_cli("predict", out, *way.rows.asked, "--json", "--device", device) for device in ("cuda", "cpu")]
    assert [answer.code for answer in answers] == [0, 0]
    on_gpu, on_cpu = (answer.lines for answer in answers)
    assert [row.keys() for row in on_gpu] == [row.keys() for row in on_cpu]
    scored = run_cli("evaluate", out, "--task", task, "--device", "cuda")
    assert scored.code == 0, scored.stderr


@pytest.mark.parametrize("way", ["head", "likelihood"])
def test_scores_are_those_of_a_cpu(way: str, tiny_decoder: Path) -> None:
    task = toy_task(train=24)
    found = []
    for device in ("cpu", "cuda"):
        model = toy_model(tiny_decoder, task, way=way).to(device)
        lesson = toy_phase(model, task, way=way).lessons[task.name]
        found.append(outputs(model, lesson, Runtime.make(device, "fp32")))
    expected, scores = (np.asarray(found_there.values) for found_there in found)
    assert scores == pytest.approx(expected, abs=1e-3)


def test_steps_are_those_of_a_cpu(tiny_checkpoint: Path) -> None:
    def losses(device: str) -> list[float]:
        task = toy_task()
        model = toy_model(tiny_checkpoint, task, dropout=False).to(device)
        return [report.loss for report in Training(model, [toy_phase(model, task)], Runtime.make(device, "fp32"))]

    assert losses("cuda") == pytest.approx(losses("cpu"), rel=1e-3)


def test_a_run_goes_on_from_its_state(tiny_checkpoint: Path) -> None:
    def training() -> Training:
        task = toy_task()
        model = toy_model(tiny_checkpoint, task).to("cuda")
        return Training(model, [toy_phase(model, task)], Runtime.make("cuda", "fp16"))

    whole = training()
    losses = []
    for report in whole:
        losses.append(report.loss)
        if report.step == 3:
            state = {name: value.clone() for name, value in whole.state().items()}
    again = training()
    again.load_state(3, state)
    assert [report.loss for report in again] == pytest.approx(losses[3:], rel=1e-3)


def test_greedy_tokens_are_those_of_transformers(tiny_decoder: Path) -> None:
    trunk = load_trunk(tiny_decoder).to("cuda")
    prompts = token_ids(trunk.text, PROMPTS)
    found = generate(trunk, prompts, Decoding(max_new_tokens=40))
    for prompt, answer in zip(prompts, found, strict=True):
        ids = torch.tensor([prompt], device="cuda")
        settings = {"max_new_tokens": 40, "do_sample": False, "pad_token_id": trunk.text.pad_id}
        written = trunk.whole.generate(ids, attention_mask=torch.ones_like(ids), **settings)
        assert answer == written[0, len(prompt) :].tolist()


def test_where_memory_ends_the_step_is_made_in_smaller_parts(tmp_path: Path) -> None:
    sizes = {"hidden_size": 512, "intermediate_size": 2048}
    checkpoint = save_checkpoint(tmp_path, **sizes)
    task = toy_task(train=512)

    def training() -> Training:
        model = toy_model(checkpoint, task, dropout=False).to("cuda")
        phase = toy_phase(model, task, batch_size=512, steps=3, micro_tokens=2**20)
        return Training(model, [phase], Runtime.make("cuda", "fp32"))

    plenty = [report.loss for report in training()]
    peak = torch.cuda.max_memory_reserved()
    torch.cuda.empty_cache()
    notes = Notes()
    scarce = training()
    torch.cuda.set_per_process_memory_fraction(peak / 2 / torch.cuda.get_device_properties(0).total_memory)
    try:
        journal = Fit(scarce).run(notes)
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert any("out of memory at step 1" in line for line in notes.lines)
    assert [row["loss"] for row in journal] == pytest.approx(plenty, rel=1e-3)
