"""The starter opens as a plain Hugging Face folder and knows what words mean."""

from __future__ import annotations

from pathlib import Path

import pytest

from crosstask import shelf
from crosstask.errors import ShelfError


@pytest.fixture(scope="module")
def starter() -> Path:
    try:
        return shelf.ensure("starter")
    except ShelfError as error:
        pytest.skip(str(error))


def test_the_folder_is_whole(starter: Path) -> None:
    shelf.verify("starter")
    assert {"config.json", "model.safetensors", "tokenizer.json", "README.md"} <= {
        file.name for file in starter.iterdir()
    }


def test_the_tokenizer_neither_cuts_nor_pads(starter: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(starter)
    assert len(tokenizer("word " * 300)["input_ids"]) == 302
    assert len(tokenizer("word")["input_ids"]) == 3
    assert tokenizer.model_max_length == 512


def test_embeddings_make_sense(starter: Path) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(starter), AutoModel.from_pretrained(starter).eval()
    tokens = tokenizer(["a cat", "a kitten", "a car engine"], padding=True, return_tensors="pt")
    with torch.no_grad():
        states = model(**tokens).last_hidden_state
    mask = tokens["attention_mask"][..., None]
    cat, kitten, engine = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=1)
    assert cat @ kitten > 0.7
    assert cat @ engine < 0.4
