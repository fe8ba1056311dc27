"""A task in one language, asked in another, with a model that wants a prefix before its texts."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crosstask.serving.bundle import load

PREFIX = "the nice "
TRAIN, TEST = ("a good film", "a great film", "a bad film", "an awful film"), ("电影 good", "电影 awful")


@pytest.fixture
def prefixed(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """The tiny model with a tokenizer that names a prefix, as E5's do."""
    folder = tmp_path / "prefixed"
    shutil.copytree(tiny_checkpoint, folder)
    file = folder / "tokenizer_config.json"
    config = json.loads(file.read_text(encoding="utf-8")) | {"prefixes": {"text": PREFIX}}
    file.write_text(json.dumps(config), encoding="utf-8")
    return folder


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """A folder whose train file is in one language and whose test file is in another."""
    folder = tmp_path / "reviews"
    folder.mkdir()
    for split, texts in (("train", TRAIN * 3), ("test", TEST)):
        rows = [f"{text},{'no' if 'bad' in text or 'awful' in text else 'yes'}" for text in texts]
        (folder / f"{split}.csv").write_text("\n".join(["text,label", *rows]) + "\n", encoding="utf-8")
    return folder


def test_one_command_trains_in_one_language_and_scores_in_another(
    run_cli: Callable[..., Any], prefixed: Path, reviews: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    trained = run_cli("finetune", reviews, "--model", prefixed, "--steps", 3, "--test", "--out", out, "--json")
    assert trained.code == 0, trained.stderr
    (scores,) = trained.record["tasks"].values()
    assert 0 <= scores["test"]["accuracy"]["value"] <= 1
    asked = run_cli("predict", out, "电影 very good")
    assert asked.lines[0]["label"] in ("yes", "no")


def test_a_bundle_keeps_the_prefix_and_sets_it_when_asked(
    run_cli: Callable[..., Any], prefixed: Path, reviews: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for model, out in ((prefixed, first), (first, second)):
        assert run_cli("finetune", reviews, "--model", model, "--steps", 3, "--out", out).code == 0
        bundle = load(out, "cpu")
        text = bundle.model.trunk.text
        assert text.prefix == PREFIX
        (encoding,) = text.encode([("good film",)])
        assert encoding.ids == text.tokenizer(PREFIX + "good film")["input_ids"]
        assert bundle.predict(["good film"])[0].cut == 0
