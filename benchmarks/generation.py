"""Generation with `starter:llm` against transformers' own `generate`, on the same weights, taking turns.

    python benchmarks/generation.py        # a few minutes on two cores

Greedy tokens a second for batches of 1 and of 16 prompts of unequal length; every token is compared. Writes
`benchmarks/results/generation.json`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any, cast

import torch

import record
from crosstask.models.cached_reading import left_padded
from crosstask.models.decoding import Decoding
from crosstask.models.generation import generate
from crosstask.models.prompts import prompt_ids, prompt_text
from crosstask.models.transformers_gateway import load_trunk
from crosstask.models.trunk import Trunk

TOKENS, ROUNDS = 64, 5
BATCHES = (1, 16)
PROMPTS = (
    "Name three rivers of Europe and the countries they flow through.",
    "Write a short note to a neighbour who plays music at night.",
    "What is the difference between a crow and a raven?",
    "Explain to a child why the sky is blue.",
    "Give me a recipe for a soup of lentils, carrots and lemon, for four people, in a few short sentences.",
    "Summarise in one sentence: the library closes at six on weekdays, at noon on Saturdays, and all day on Sundays.",
    "Write a haiku about a train.",
    "How do I repair a flat bicycle tyre?",
    "Translate into French: good morning.",
    "List five things to take along for a walk in the mountains in October.",
    "Why do cats purr?",
    "Write the first two sentences of a story that begins in a lighthouse during a storm.",
    "What is photosynthesis?",
    "Which planets of the solar system have rings? Answer briefly.",
    "Give two reasons to learn a second language.",
    "Describe the taste of a quince.",
)

Method = Callable[[Trunk, Sequence[Sequence[int]]], list[list[int]]]


def ours(trunk: Trunk, prompts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Crosstask's own decoding."""
    return generate(trunk, prompts, Decoding(max_new_tokens=TOKENS))


@torch.inference_mode()
def theirs(trunk: Trunk, prompts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Transformers' `generate`, called plainly."""
    ids, mask = left_padded(prompts, trunk.text.pad_id)
    model = cast(Any, trunk.whole)
    found = model.generate(
        input_ids=ids,
        attention_mask=mask.long(),
        max_new_tokens=TOKENS,
        do_sample=False,
        pad_token_id=trunk.text.pad_id,
    )
    return [_ended(row.tolist(), trunk.text.ends) for row in found[:, ids.shape[1] :]]


METHODS: dict[str, Method] = {"crosstask": ours, "transformers": theirs}


def measure(trunk: Trunk, prompts: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Tokens a second of both, taking turns, and whether every token is the same."""
    rates: dict[str, list[float]] = {name: [] for name in METHODS}
    answers: dict[str, list[list[int]]] = {}
    for turn in range(ROUNDS + 1):  # the first warms up
        for name, method in METHODS.items():
            began = time.perf_counter()
            answers[name] = method(trunk, prompts)
            rate = sum(map(len, answers[name])) / (time.perf_counter() - began)
            rates[name] += [rate] if turn else []
            print(f"batch {len(prompts)}, {name}: {rate:.1f} tokens/s", flush=True)
    ratio = statistics.median(ours / theirs for ours, theirs in zip(*rates.values(), strict=True))
    return {
        "tokens_per_second": {name: round(statistics.median(found), 2) for name, found in rates.items()},
        "ratio": round(ratio, 3),
        "same_tokens": answers["crosstask"] == answers["transformers"],
        "tokens": sum(map(len, answers["crosstask"])),
    }


def _ended(ids: list[int], ends: Sequence[int]) -> list[int]:
    """The tokens up to the first end token; what follows is padding."""
    end = next((place for place, token in enumerate(ids) if token in ends), len(ids))
    return ids[: end + 1]


def main() -> None:
    """Measure both batches and write the result."""
    trunk = load_trunk("starter:llm")
    turns = [({"role": "user", "content": prompt},) for prompt in PROMPTS]
    prompts = prompt_ids(trunk.text, [prompt_text(trunk.text, turn) for turn in turns])
    result = {f"batch_{size}": measure(trunk, prompts[:size]) for size in BATCHES}
    record.write("generation", {"new_tokens": TOKENS, "rounds": ROUNDS, **result})


if __name__ == "__main__":
    main()
