"""What transformers does where a decoder writes: beam search, its settings, copies of its caches."""

from __future__ import annotations

import copy
from typing import Any

from torch import Tensor

from crosstask.models.transformers_gateway import quiet
from crosstask.models.trunk import Trunk


def beam_search(trunk: Trunk, ids: Tensor, mask: Tensor, tokens: int, beams: int) -> Tensor:
    """The likeliest continuation of each row of left-padded `ids` [batch, position] by at most `tokens`: [batch, new].

    What stands behind an end token is padding.
    """
    config = generation_config(trunk, tokens, beams, do_sample=False)
    model: Any = trunk.whole
    with quiet():
        found: Tensor = model.generate(input_ids=ids, attention_mask=mask.long(), generation_config=config)
    return found[:, ids.shape[1] :]


def generation_config(trunk: Trunk, tokens: int, beams: int, **draws: Any) -> Any:
    """How to write at most so many new tokens, as transformers has it.

    It names every setting, for the checkpoint's own fill in what is not said.
    """
    from transformers import GenerationConfig

    return GenerationConfig(
        max_new_tokens=tokens,
        num_beams=beams,
        repetition_penalty=1.0,
        no_repeat_ngram_size=0,
        length_penalty=1.0,
        eos_token_id=[*trunk.text.ends],
        pad_token_id=trunk.text.pad_id,
        **draws,
    )


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
