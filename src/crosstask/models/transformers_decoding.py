"""What transformers does where a decoder writes: beam search, its settings, copies of its caches."""

from __future__ import annotations

import copy
from typing import Any

from torch import Tensor

from crosstask.models.decoding import Decoding
from crosstask.models.text_encoder import TextEncoder
from crosstask.models.transformers_gateway import quiet
from crosstask.models.trunk import Trunk


def beam_search(trunk: Trunk, ids: Tensor, mask: Tensor, decoding: Decoding) -> Tensor:
    """The likeliest continuation of each row of left-padded `ids` [batch, position]: [batch, new].

    What stands behind an end token is padding.
    """
    model: Any = trunk.whole
    with quiet():
        config = generation_config(trunk.text, decoding)
        found: Tensor = model.generate(input_ids=ids, attention_mask=mask.long(), generation_config=config)
    return found[:, ids.shape[1] :]


def generation_config(text: TextEncoder, decoding: Decoding) -> Any:
    """How to write, as transformers keeps it with a checkpoint."""
    from transformers import GenerationConfig

    return GenerationConfig(**generation_settings(text, decoding))


def generation_settings(text: TextEncoder, decoding: Decoding) -> dict[str, Any]:
    """How to write, as arguments of transformers' `generate`.

    What is not named, the checkpoint's own generation config fills in, and then transformers' own default. So those
    that would change what is written, and have a value that changes nothing, are named with it.
    """
    settings = {
        "max_new_tokens": decoding.max_new_tokens,
        "num_beams": decoding.beams,
        "do_sample": decoding.draws,
        "repetition_penalty": 1.0,
        "no_repeat_ngram_size": 0,
        "length_penalty": 1.0,
        "early_stopping": False,
        "min_length": 0,
        "eos_token_id": [*text.ends],
        "pad_token_id": text.pad_id,
    }
    draws = {
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
        "top_k": 0,
        "min_p": 0.0,
        "typical_p": 1.0,
    }
    return {**settings, **(draws if decoding.draws else {})}


def copy_of_cache(cache: Any) -> Any:
    """A copy of what a decoder has read, to be read on from by itself.

    Layers that grow by concatenation leave their old tensors as they are, so that copies may share them.
    """
    from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

    growing = (DynamicLayer, DynamicSlidingWindowLayer)
    if type(cache) is not DynamicCache or any(type(layer) not in growing for layer in cache.layers):
        return copy.deepcopy(cache)
    copied = copy.copy(cache)
    copied.layers = [copy.copy(layer) for layer in cache.layers]
    return copied
