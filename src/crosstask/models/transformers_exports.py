"""Models of transformers' own with heads: made around a trunk, saved, and asked as others would ask them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import torch
import transformers
from torch import Tensor, nn

from crosstask.models.decoding import Decoding
from crosstask.models.text_encoder import TextEncoder
from crosstask.models.transformers_decoding import generation_config
from crosstask.models.transformers_gateway import LOCAL, quiet, save_model
from crosstask.models.trunk import Trunk


def save_exported(model: nn.Module, text: TextEncoder, folder: Path) -> None:
    """Write a model and its tokenizer into `folder`; asked to truncate, the tokenizer cuts where `text` does."""
    tokenizer: Any = copy.deepcopy(text.tokenizer)
    tokenizer.model_max_length = text.max_length
    save_model(model, tokenizer, folder)


def around_trunk(
    trunk: Trunk, opened_by: str, labels: Sequence[str], more_layers: int = 0, **config: Any
) -> Any | None:
    """A model of transformers' class `opened_by` with the trunk's weights in it, `more_layers` fresh layers above them.

    What the trunk has no weights for waits to be written. None where transformers has no such class for the trunk's
    architecture. `config` are further entries of its config.
    """
    model_class, made_of = getattr(transformers, opened_by), copy.deepcopy(cast(Any, trunk.encoder).config)
    if type(made_of) not in model_class._model_mapping:
        return None
    names = dict(enumerate(labels))
    made_of.update({"id2label": names, "label2id": {label: number for number, label in names.items()}, **config})
    made_of.num_hidden_layers += more_layers
    with quiet():
        model: Any = model_class.from_config(made_of, dtype=torch.float32)
    model.base_model.load_state_dict(trunk.encoder.state_dict(), strict=False)
    return model.eval()


def exported_outputs(folder: Path, opened_by: str, texts: Sequence[tuple[str, ...]]) -> Tensor:
    """What people without crosstask get from an exported model: [text, output], or [token, output] of all texts.

    Padding is left out; starts and ends of answers stand side by side.
    """
    with quiet():
        model = getattr(transformers, opened_by).from_pretrained(folder, **LOCAL)
        return _outputs(model, transformers.AutoTokenizer.from_pretrained(folder, **LOCAL), texts)


def adapted_outputs(trunk: Trunk, adapter: Path, texts: Sequence[tuple[str, ...]]) -> Tensor:
    """Logits [token, vocabulary] of all texts by a copy of the trunk's model with the adapter of peft's in a folder."""
    with quiet():
        model: Any = copy.deepcopy(trunk.whole)
        model.load_adapter(str(adapter))
        return _outputs(model, trunk.text.tokenizer, texts)


def save_generation_config(trunk: Trunk, decoding: Decoding, folder: Path) -> None:
    """Write into `folder` how a language model is to write its texts."""
    with quiet():
        generation_config(trunk.text, decoding).save_pretrained(folder)


@torch.inference_mode()
def _outputs(model: Any, tokenizer: Any, texts: Sequence[tuple[str, ...]]) -> Tensor:
    fields = [list(field) for field in zip(*texts, strict=True)]
    read = tokenizer(*fields, padding=True, truncation=True, return_tensors="pt")
    found = model.eval()(**read)
    outputs: Tensor = found.logits if "logits" in found else torch.stack([found.start_logits, found.end_logits], -1)
    return outputs[read["attention_mask"].bool()] if outputs.ndim == 3 else outputs
