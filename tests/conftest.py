"""What all tests share: a tiny model, the shelf's items, real data, and the command line."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ways import Taught

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # tiny models only wait for a second thread
if os.environ.get("CROSSTASK_TESTS") != "gpu":
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # results that are compared to the last bit are a CPU's

WORDS = (
    "a",
    "the",
    "film",
    "food",
    "was",
    "is",
    "not",
    "very",
    "good",
    "bad",
    "great",
    "awful",
    "plane",
    "late",
    "nice",
)


@dataclass(frozen=True)
class Answer:
    """How a command line ended, and what it wrote."""

    code: int
    stdout: str
    stderr: str

    @property
    def record(self) -> dict[str, Any]:
        """The one JSON object on standard output."""
        (line,) = self.stdout.splitlines()
        return json.loads(line)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]


@pytest.fixture
def run_cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Answer]:
    """Runs a command line in this process: `run_cli("inspect", "a.csv", "--json")`."""
    from crosstask.cli import main

    def run(*arguments: object) -> Answer:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        return Answer(code, *capsys.readouterr())

    return run


@pytest.fixture
def spawn_cli() -> Callable[..., Answer]:
    """Runs a command line in a process of its own, with `stdin` as its input and `env` added to the environment."""

    def run(*arguments: object, stdin: str = "", env: dict[str, str] | None = None) -> Answer:
        command = [sys.executable, "-m", "crosstask", *map(str, arguments)]
        ended = subprocess.run(
            command, input=stdin, capture_output=True, encoding="utf-8", env={**os.environ, **(env or {})}, check=False
        )
        return Answer(ended.returncode, ended.stdout, ended.stderr)

    return run


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BERT encoder of random weights, 2 layers x 16, and a WordPiece tokenizer."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny-checkpoint")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *"abcdefghijklmnopqrstuvwxyz0123456789!?.,'"]
    pieces += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    BertTokenizerFast(vocab=vocabulary, model_max_length=64).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_decoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a Llama language model of random weights, 2 layers x 32, with a chat template."""
    from tiny_checkpoints import save_decoder

    return save_decoder(tmp_path_factory.mktemp("tiny-decoder"))


@pytest.fixture(scope="session")
def taught(
    tmp_path_factory: pytest.TempPathFactory, tiny_checkpoint: Path, tiny_decoder: Path
) -> Callable[[str], Taught]:
    """The bundle of one of the `WAYS`, by name, made once by the command line; not to be changed."""
    from crosstask.cli import main
    from ways import WAYS, Taught, as_options

    models = {"encoder": tiny_checkpoint, "decoder": tiny_decoder}
    made: dict[str, Taught] = {}

    def teach(name: str) -> Taught:
        way, place = WAYS[name], tmp_path_factory.mktemp("taught")
        task, model, bundle = way.rows.write(place / "task"), models[way.model], place / "bundle"
        line = ["finetune", task, "--model", model, "--out", bundle, *as_options(way.settings), "--test", "--json"]
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as told:
            code = main([str(word) for word in line])
        assert code == 0, told.getvalue()
        return Taught(bundle, task, model, json.loads(out.getvalue()))

    def find(name: str) -> Taught:
        if name not in made:
            made[name] = teach(name)
        return made[name]

    return find


def _shelf_item(name: str) -> Path:
    from crosstask import shelf
    from crosstask.errors import ShelfError
    from crosstask.ui import Silent

    try:
        return shelf.ensure(name, Silent())
    except ShelfError as error:
        pytest.skip(f"{name} cannot be had: {error}")


@pytest.fixture(scope="session")
def starter() -> Path:
    """The folder of the shelf's English encoder."""
    return _shelf_item("starter")


@pytest.fixture(scope="session")
def tweets() -> Path:
    """The folder of the shelf's tweets."""
    return _shelf_item("sample:tweets")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real public data that may lie beside the repository."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("../shared/data is absent")
    return folder
