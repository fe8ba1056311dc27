"""Decoding against transformers' own: greedy, beams, draws; batches of unequal length; streaming."""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_checkpoints import CHAT_SPECIAL, OTHER_LOGITS, byte_tokenizer, save_decoder
from transformers.cache_utils import DynamicCache, DynamicLayer, DynamicSlidingWindowLayer

from crosstask.errors import ConfigError, InputError
from crosstask.models.cached_reading import Cache, CachedReading, left_padded
from crosstask.models.decoding import Decoding
from crosstask.models.generation import finished, generate, stream, written
from crosstask.models.prompts import token_ids
from crosstask.models.text_encoder import TextEncoder
from crosstask.models.token_choice import token_choice
from crosstask.models.transformers_gateway import load_text_encoder, load_trunk, save_trunk
from crosstask.models.trunk import Trunk

TEXTS = ["hello", "a much longer prompt, to be padded for", "中文", "b", "what follows?", "hello"]
GREEDY = Decoding(max_new_tokens=40)


@pytest.fixture(scope="module")
def decoder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Trunk]:
    """A trunk by architecture; not to be changed."""
    made: dict[str, Trunk] = {}

    def trunk(kind: str = "llama") -> Trunk:
        if kind not in made:
            made[kind] = load_trunk(save_decoder(tmp_path_factory.mktemp(kind), kind))
        return made[kind]

    return trunk


def theirs(trunk: Trunk, prompt: Sequence[int], **options: object) -> list[int]:
    """What transformers' own `generate` writes behind a prompt alone."""
    ids = torch.tensor([prompt])
    settings = {"max_new_tokens": 40, "do_sample": False, "pad_token_id": trunk.text.pad_id, **options}
    return trunk.whole.generate(ids, attention_mask=torch.ones_like(ids), **settings)[0, len(prompt) :].tolist()


@pytest.mark.parametrize("kind", ["llama", "gpt2", *OTHER_LOGITS])
def test_greedy_tokens_are_those_of_transformers(kind: str, decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder(kind)
    prompts = token_ids(trunk.text, TEXTS)
    expected = [theirs(trunk, prompt) for prompt in prompts]
    assert generate(trunk, prompts, GREEDY) == expected
    assert [generate(trunk, [prompt], GREEDY)[0] for prompt in prompts] == expected


def test_rows_end_by_themselves(decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder("llama")
    prompts = token_ids(trunk.text, [f"{letter}{'x' * number}" for number in range(8) for letter in "abcdefgh"])
    found = generate(trunk, prompts, GREEDY)
    (end,) = trunk.text.ends
    assert len({len(answer) for answer in found}) > 3
    assert all(answer[-1] == end or len(answer) == 40 for answer in found)
    assert all(end not in answer[:-1] for answer in found)


def test_a_text_ends_at_the_maximum_length(decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder("gpt2")
    endless = next(prompt for prompt in token_ids(trunk.text, [*"abcdefghijk"]) if len(theirs(trunk, prompt)) == 40)
    prompts = [endless, endless * 250]
    found = generate(trunk, prompts, Decoding(max_new_tokens=1000))
    assert all(
        len(prompt) + len(answer) <= trunk.text.max_length for prompt, answer in zip(prompts, found, strict=True)
    )
    assert len(generate(trunk, [endless], Decoding(max_new_tokens=3))[0]) == 3


def test_the_checkpoint_may_name_several_ends(tmp_path: Path) -> None:
    folder = save_decoder(tmp_path, eos_token_id=[2, 3])
    (folder / "generation_config.json").unlink()
    assert load_trunk(folder).text.ends == load_text_encoder(folder).ends == (2, 3)
    odd = [token for token in range(4, 260) if token % 2]
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": odd}))
    trunk = load_trunk(folder)
    assert trunk.text.ends == load_text_encoder(folder).ends == (2, *odd)
    found = generate(trunk, token_ids(trunk.text, TEXTS), GREEDY)
    assert all(answer[-1] % 2 or answer[-1] == 2 for answer in found)


def test_ends_are_kept_by_a_saved_trunk(tmp_path: Path) -> None:
    trunk = load_trunk(save_decoder(tmp_path / "one", eos_token_id=[2, 3, 70]))
    save_trunk(trunk, tmp_path / "two")
    assert load_trunk(tmp_path / "two").text.ends == (2, 3, 70)


def test_a_damaged_generation_config_is_told(tmp_path: Path) -> None:
    folder = save_decoder(tmp_path)
    (folder / "generation_config.json").write_text("{")
    with pytest.raises(InputError, match="generation config cannot be read"):
        load_text_encoder(folder)


@pytest.mark.parametrize(("last", "ends"), [(2, True), (90, True), (3, False), (91, False)])
def test_a_text_is_finished_by_its_ends_and_by_no_other_special_token(last: int, ends: bool) -> None:
    encoder = TextEncoder(byte_tokenizer(), 512, pad_id=1, ends=(2, 90))
    assert finished(encoder, [70, 80, last]) == ends
    assert written(encoder, [70, 80, last]) == encoder.tokenizer.decode([70, 80, *([91] if last == 91 else [])])


@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_reading_on_is_reading_at_once(kind: str, decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder(kind)
    ids, mask = left_padded(token_ids(trunk.text, ["a long text here", "two", "three words more"]), trunk.text.pad_id)
    reading = CachedReading.of(trunk)
    with torch.inference_mode():
        whole, _ = reading(ids, mask)
        _, cache = reading(ids[:, :-2], mask[:, :-2])
        rest, _ = reading(ids[:, -2:], mask, cache)
        alone, _ = reading(ids[1:2, -3:], None)
    torch.testing.assert_close(rest, whole[:, -2:], atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(alone, whole[1:2, -3:], atol=1e-4, rtol=1e-4)


def grown(layer: Any) -> Cache:
    """What two rows of three tokens leave in a layer of transformers' own."""
    cache = DynamicCache()
    cache.layers = [layer]
    cache.update(torch.randn(2, 1, 3, 4), torch.randn(2, 1, 3, 4), 0)
    return Cache(cache)


@pytest.mark.parametrize("layer", [DynamicLayer, partial(DynamicSlidingWindowLayer, 4)])
def test_copies_of_a_cache_grow_apart_and_share_what_they_hold(layer: Callable[[], Any]) -> None:
    cache = grown(layer())
    (held,) = cache.held.layers
    before, length = held.keys.clone(), cache.held.get_seq_length()
    one, other = cache.copy(), Cache(copy.deepcopy(cache.held))
    assert one.held.layers[0].keys is held.keys
    more = torch.randn(2, 2, 1, 2, 4)
    for keys, expected in zip(one.held.update(*more, 0), other.held.update(*more, 0), strict=True):
        assert torch.equal(keys, expected)
    assert torch.equal(one.held.layers[0].keys, other.held.layers[0].keys)
    assert torch.equal(held.keys, before)
    assert cache.held.get_seq_length() == length
    assert cache.held.get_mask_sizes(2, 0) != one.held.get_mask_sizes(2, 0)


def test_a_cache_of_another_make_is_copied_whole() -> None:
    class Other(DynamicLayer):
        pass

    cache = grown(Other())
    assert cache.copy().held.layers[0].keys.data_ptr() != cache.held.layers[0].keys.data_ptr()


def test_rows_of_a_cache_are_repeated_and_forgotten() -> None:
    cache = grown(DynamicLayer())
    keys = cache.held.layers[0].keys
    twice = cache.repeated(2)
    twice.keep(torch.tensor([3]))
    assert torch.equal(twice.held.layers[0].keys, keys[1:])
    assert torch.equal(cache.held.layers[0].keys, keys)


@pytest.mark.parametrize("beams", [2, 4])
def test_beams_are_those_of_transformers(beams: int, decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder("llama")
    prompts = token_ids(trunk.text, TEXTS[:3])
    found = generate(trunk, prompts, Decoding(max_new_tokens=12, beams=beams))
    assert found == [theirs(trunk, prompt, num_beams=beams, max_new_tokens=12) for prompt in prompts]
    assert found != generate(trunk, prompts, Decoding(max_new_tokens=12))


def test_beams_of_a_short_prompt_are_not_cut_by_a_long_one(decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder("llama")
    short, long = token_ids(trunk.text, ["a", "long " * 48])
    beams = Decoding(max_new_tokens=40, beams=2)
    together = generate(trunk, [short, long, short], beams)
    assert together == [generate(trunk, [prompt], beams)[0] for prompt in (short, long, short)]
    assert len(together[1]) < len(together[0])


def test_beams_do_not_follow_the_checkpoints_own_taste(tmp_path: Path) -> None:
    folder = save_decoder(tmp_path)
    prompts = token_ids(load_trunk(folder).text, TEXTS[:3])
    beams = Decoding(max_new_tokens=12, beams=2)
    expected = generate(load_trunk(folder), prompts, beams)
    tastes = {
        "eos_token_id": 2,
        "repetition_penalty": 3.0,
        "min_length": 250,
        "early_stopping": True,
        "length_penalty": 4.0,
    }
    (folder / "generation_config.json").write_text(json.dumps(tastes))
    assert generate(load_trunk(folder), prompts, beams) == expected


def test_draws_follow_from_seed_and_prompt_alone(decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder("llama")
    prompts = token_ids(trunk.text, TEXTS)
    drawing = Decoding(max_new_tokens=12, temperature=1.0)
    found = generate(trunk, prompts, drawing)
    assert found == [generate(trunk, [prompt], drawing)[0] for prompt in prompts]
    assert found[0] == found[5]
    other = generate(trunk, prompts, Decoding(max_new_tokens=12, temperature=1.0, seed=1))
    assert sum(one != two for one, two in zip(found, other, strict=True)) >= 4


@pytest.mark.parametrize("kind", OTHER_LOGITS)
def test_draws_are_from_the_models_own_logits(kind: str, decoder: Callable[[str], Trunk]) -> None:
    trunk, drawing = decoder(kind), Decoding(max_new_tokens=1, temperature=0.9)
    (prompt,) = token_ids(trunk.text, ["hello"])
    with torch.inference_mode():
        logits = trunk.whole(torch.tensor([prompt])).logits[:, -1]
        bare = trunk.whole.get_output_embeddings()(trunk.encoder(torch.tensor([prompt])).last_hidden_state[:, -1])
    told: list[torch.Tensor] = []
    with patch(
        "crosstask.models.generation.token_choice", lambda *_: lambda seen, _: told.append(seen) or seen.argmax(-1)
    ):
        generate(trunk, [prompt], drawing)
    torch.testing.assert_close(told[0], logits, atol=1e-5, rtol=1e-5)
    assert (bare - logits).abs().max() > 0.1


def test_a_low_temperature_takes_the_likeliest(decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder("llama")
    prompts = token_ids(trunk.text, TEXTS)
    assert generate(trunk, prompts, Decoding(max_new_tokens=20, temperature=1e-4)) == generate(
        trunk, prompts, Decoding(max_new_tokens=20)
    )


@pytest.mark.parametrize("top_p", [1.0, 0.6])
def test_tokens_are_drawn_as_transformers_would(top_p: float) -> None:
    from transformers import TopPLogitsWarper

    logits = torch.tensor([[2.0, 0.5, 1.5, -1.0, 1.0]])
    expected = TopPLogitsWarper(top_p)(None, logits / 0.8).softmax(-1)[0]
    rows = 20_000
    choose = token_choice([[row] for row in range(rows)], Decoding(temperature=0.8, top_p=top_p))
    counts = Counter(choose(logits.expand(rows, -1), range(rows)).tolist())
    shares = torch.tensor([counts[token] / rows for token in range(5)])
    torch.testing.assert_close(shares, expected, atol=0.015, rtol=0)
    assert not shares[expected == 0].any()


def test_beams_and_draws_exclude_each_other() -> None:
    with pytest.raises(ConfigError, match="beams draw nothing|cannot take"):
        Decoding(beams=2, temperature=1.0)


@pytest.mark.parametrize(
    "decoding", [GREEDY, Decoding(max_new_tokens=40, temperature=1.2), Decoding(max_new_tokens=9, beams=2)]
)
def test_pieces_make_the_whole_text(decoding: Decoding, decoder: Callable[[str], Trunk]) -> None:
    trunk = decoder("llama")
    for prompt in token_ids(trunk.text, TEXTS):
        pieces = list(stream(trunk, prompt, decoding))
        assert "".join(pieces) == written(trunk.text, generate(trunk, [prompt], decoding)[0])
        assert all(pieces)


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\N{REPLACEMENT CHARACTER}"), max_size=8))
def test_a_piece_never_cuts_a_character(text: str) -> None:
    encoder = TextEncoder(byte_tokenizer(), 512, pad_id=1)
    (ids,) = token_ids(encoder, [text])
    steps = [([0], [token]) for token in (*ids, CHAT_SPECIAL.index("<|im_end|>"))]
    with patch("crosstask.models.generation._steps", lambda *_: iter(steps)):
        pieces = list(stream(SimpleNamespace(text=encoder), [0], GREEDY))
    assert pieces == re.findall(r"\s*\S", text.strip())
