"""What opens and saves trunks by transformers, which two more files import alone: for writing and for exports."""

from __future__ import annotations

import inspect
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from crosstask.errors import InputError
from crosstask.models import attention
from crosstask.models.checkpoint_folder import check_checkpoint, check_found, damaged
from crosstask.models.fast_dropout import use_fast_dropout
from crosstask.models.model_source import model_folder
from crosstask.models.text_encoder import TextEncoder, ensure_pad_token, text_encoder
from crosstask.models.trunk import Trunk
from crosstask.ui import Silent, Ui

_PROVENANCE = ("_name_or_path", "architectures", "dtype", "torch_dtype", "transformers_version")
"""Entries of a config that say where it comes from and nothing of what it computes."""

_CAUSAL = ("ForCausalLM", "LMHeadModel")
"""How the names of architectures end that have an LM head and read from left to right."""

LOCAL: dict[str, Any] = {"trust_remote_code": False, "local_files_only": True}
"""How every folder is opened: none of its code is run, and nothing is fetched."""


def load_trunk(name: str | os.PathLike[str], *, max_length: int | None = None, ui: Ui | None = None) -> Trunk:
    """The trunk called `name`: a shelf name, a folder, a bundle, or a hub name; in float32, in evaluation mode.

    Texts are cut at `max_length` tokens, by default at what the checkpoint allows, 4096 at most. InputError where the
    checkpoint is damaged, lacks weights or does not fit its config; NotFound where the name stands for nothing.
    """
    ui = ui or Silent()
    folder = model_folder(name, ui)
    check_checkpoint(folder)
    with quiet():
        whole = _model(folder)
        tokenizer, ends = _tokenizer(folder), _ends(folder)
    ensure_pad_token(tokenizer, str(name), ui)
    encoder = whole.base_model
    return Trunk(
        encoder,
        text_encoder(tokenizer, encoder, max_length, ends),
        encoder.config.hidden_size,
        name=str(name),
        config={key: value for key, value in encoder.config.to_dict().items() if key not in _PROVENANCE},
        label_names=_label_names(encoder.config),
        whole=None if whole is encoder else whole,
    )


def load_text_encoder(
    name: str | os.PathLike[str], *, max_length: int | None = None, ui: Ui | None = None
) -> TextEncoder:
    """The text encoder of the trunk called `name`, without loading its weights; errors as those of `load_trunk`."""
    from transformers import AutoModel

    ui = ui or Silent()
    folder = model_folder(name, ui)
    check_checkpoint(folder)
    with quiet(), torch.device("meta"):
        encoder = AutoModel.from_config(_config(folder))
        tokenizer, ends = _tokenizer(folder), _ends(folder)
    ensure_pad_token(tokenizer, str(name), ui)
    return text_encoder(tokenizer, encoder, max_length, ends)


def save_trunk(trunk: Trunk, folder: Path) -> None:
    """Write encoder, LM head if there is one, and tokenizer into `folder`, with the checkpoint's own length."""
    save_model(trunk.whole, trunk.text.tokenizer, folder)


def save_model(model: Any, tokenizer: Any, folder: Path) -> None:
    """Write a model of transformers' own and a tokenizer into `folder`."""
    if tokenizer.is_fast:
        tokenizer.backend_tokenizer.no_truncation()  # the last call's, which would be saved with it
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' own log lines, load reports, progress bars and warnings from the user."""
    from transformers.utils import logging as noise

    logging: Any = noise  # its functions have no types

    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()


def _config(folder: Path) -> Any:
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, **LOCAL)
    except Exception as error:  # every config has checks of its own, and they raise what they like
        raise damaged(folder, "config", error) from None
    if config.is_encoder_decoder:
        raise InputError("the model is an encoder-decoder", file=folder, mend="Name a model that is an encoder.")
    return config


def _model(folder: Path) -> Any:
    """The checkpoint's language model where it is a decoder with its LM head, else its encoder alone."""
    from transformers import AutoModel, AutoModelForCausalLM

    config = _config(folder)
    generates = any(name.endswith(_CAUSAL) for name in config.architectures or ())
    model_class: Any = AutoModelForCausalLM if generates else AutoModel
    try:
        model, found = model_class.from_pretrained(
            folder,
            config=config,
            dtype=torch.float32,
            use_safetensors=True,
            ignore_mismatched_sizes=True,  # they are reported in `found`, and refused below
            output_loading_info=True,
            **({} if generates else _without_pooler(config)),
            **LOCAL,
        )
    except (SafetensorError, OSError, ValueError, KeyError, RuntimeError) as error:
        raise damaged(folder, "weights", error) from None
    check_found(folder, model, found)
    _use_own_attention(model)
    use_fast_dropout(model)
    return model.eval()


def _use_own_attention(encoder: Any) -> None:
    """Put `models/attention.py` in the place of torch's, where the model takes its attention from the registry."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    if encoder._supports_attention_backend and encoder.config._attn_implementation == "sdpa":
        AttentionInterface.register(attention.NAME, _attend)
        AttentionMaskInterface.register(attention.NAME, sdpa_mask)
        encoder.set_attn_implementation(attention.NAME)


def _attend(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **options: Any
) -> tuple[Tensor, None]:
    """The attention function under our name: ours where it serves, torch's elsewhere."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    if not attention.serves(module, query, key, attention_mask, options):
        return sdpa_attention_forward(module, query, key, value, attention_mask, **options)
    scaling = options.get("scaling") or query.shape[-1] ** -0.5
    return attention.attend(query, key, value, attention_mask, scaling, options["dropout"]), None


def _without_pooler(config: Any) -> dict[str, bool]:
    """The argument that leaves out the pooler, for model classes that have it: nothing here reads it."""
    from transformers import MODEL_MAPPING

    model_class: Any = MODEL_MAPPING[type(config)]
    takes = "add_pooling_layer" in inspect.signature(model_class).parameters
    return {"add_pooling_layer": False} if takes else {}


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer

    try:
        return AutoTokenizer.from_pretrained(folder, **LOCAL)
    except Exception as error:  # the tokenizers library raises bare exceptions on damaged files
        raise damaged(folder, "tokenizer", error) from None


def _ends(folder: Path) -> list[int]:
    """The tokens at which the checkpoint stops writing: by its generation config, by its config where it has none."""
    from transformers import GenerationConfig

    try:
        alone = (folder / "generation_config.json").is_file()
        said: Any = GenerationConfig.from_pretrained(folder, **LOCAL) if alone else _config(folder).get_text_config()
    except (OSError, ValueError, TypeError) as error:
        raise damaged(folder, "generation config", error) from None
    ends = getattr(said, "eos_token_id", None)
    return ends if isinstance(ends, list) else [] if ends is None else [ends]


def _label_names(config: Any) -> tuple[str, ...] | None:
    """The labels of the checkpoint's own map, in order; None where it has only LABEL_0, LABEL_1, ..."""
    names = tuple(str(config.id2label[key]) for key in sorted(config.id2label))
    unnamed = all(name == f"LABEL_{key}" for key, name in enumerate(names))
    return None if unnamed else names
