"""What a prompt loses where it is longer than the model reads: the end of a text, the oldest turns of a dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crosstask.models.prompts import Turns, token_ids
from crosstask.models.text_encoder import TextEncoder


def shortened(text: TextEncoder, inputs: Mapping[str, Any], tokens: int) -> Mapping[str, Any] | None:
    """The inputs of a row without about so many tokens: its texts lose their end, its dialogues their oldest turns.

    None where nothing is left to lose.
    """
    name = max(inputs, key=lambda name: len(inputs[name]))
    said = inputs[name]
    less = _without_end(text, said, tokens) if isinstance(said, str) else _without_oldest(text, said, tokens)
    return {**inputs, name: less} if less else None


def _without_oldest(text: TextEncoder, turns: Turns, tokens: int) -> Turns | None:
    """A dialogue that begins with the next question, what the system says aside; its only question loses its end."""
    questions = [place for place, turn in enumerate(turns) if turn["role"] == "user"]
    if len(questions) > 1:
        system = [turn for turn in turns[: questions[1]] if turn["role"] == "system"]
        return (*system, *turns[questions[1] :])
    *before, last = turns
    less = _without_end(text, last["content"], tokens)
    return (*before, {**last, "content": less}) if less else None


def _without_end(text: TextEncoder, said: str, tokens: int) -> str:
    """A text without its last tokens, and at least without its last character."""
    (ids,) = token_ids(text, [said])
    kept: str = text.tokenizer.decode(ids[: max(0, len(ids) - tokens)], clean_up_tokenization_spaces=False)
    return kept.rstrip("\N{REPLACEMENT CHARACTER}")[: len(said) - 1]
