"""What a prompt loses where it is longer than the model reads: the end of its texts, the oldest turns of a dialogue."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, cast

from crosstask.models.prompts import Turns, token_ids
from crosstask.models.text_encoder import TextEncoder


def shortened(text: TextEncoder, inputs: Mapping[str, Any], tokens: int) -> Mapping[str, Any] | None:
    """The inputs of a row without about so many tokens: its dialogue loses the oldest turns, its texts lose their end.

    Of several texts the longest are cut, to one length. None where nothing is left to lose: every text is empty.
    """
    if "messages" in inputs:
        turns = _without_oldest(text, inputs["messages"], tokens)
        return None if turns is None else {**inputs, "messages": turns}
    return _cut_to_one_length(text, inputs, tokens)


def _without_oldest(text: TextEncoder, turns: Turns, tokens: int) -> Turns | None:
    """A dialogue that begins with the next question, what the system says aside; its only question loses its end."""
    questions = [place for place, turn in enumerate(turns) if turn["role"] == "user"]
    if len(questions) > 1:
        system = [turn for turn in turns[: questions[1]] if turn["role"] == "system"]
        return (*system, *turns[questions[1] :])
    *before, last = turns
    less = _cut_to_one_length(text, {"content": last["content"]}, tokens)
    return None if less is None else (*before, {**last, **less})


def _cut_to_one_length(text: TextEncoder, texts: Mapping[str, str], tokens: int) -> dict[str, str] | None:
    """Texts of which those have lost their end that are longer than the rest, so many tokens together or all they had.

    None where all are empty already.
    """
    if not any(texts.values()):
        return None
    ids = token_ids(text, list(texts.values()))
    most = _one_length([*map(len, ids)], tokens)
    return {name: _beginning(text, said, row, most) for (name, said), row in zip(texts.items(), ids, strict=True)}


def _one_length(lengths: Sequence[int], less: int) -> int:
    """The length that none may exceed for all together to be shorter by so much, or as short as can be."""
    kept = max(0, sum(lengths) - less)
    return bisect_right(range(max(lengths) + 1), kept, key=lambda most: sum(min(most, one) for one in lengths)) - 1


def _beginning(text: TextEncoder, said: str, ids: Sequence[int], most: int) -> str:
    """A text as far as its first tokens go; where it has more than them, at least without its last character."""
    if 0 < len(ids) <= most:
        return said
    kept = cast(str, text.tokenizer.decode(ids[:most], clean_up_tokenization_spaces=False))
    return kept.rstrip("\N{REPLACEMENT CHARACTER}")[: len(said) - 1]
