"""Dialogues as a decoder reads them: through its chat template where it has one, else as plain text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crosstask.errors import InputError
from crosstask.models.text_encoder import TextEncoder

Turns = Sequence[Mapping[str, str]]
"""Turns of a dialogue, each with `role` and `content`; the last is to be answered."""


def prompt_text(text: TextEncoder, turns: Turns) -> str:
    """A dialogue as one text, up to where its answer begins; InputError where the chat template refuses it."""
    if has_chat_template(text):
        return _chat(text, turns, add_generation_prompt=True)
    if len(turns) == 1:
        return turns[0]["content"]
    return "".join(f"{turn['role']}: {turn['content']}\n" for turn in turns) + "assistant:"


def answer_text(text: TextEncoder, turns: Turns, answer: str) -> str:
    """What follows the prompt of a dialogue where this is its answer."""
    if not has_chat_template(text):
        return answer if len(turns) == 1 else f" {answer}"
    prompt = prompt_text(text, turns)
    whole = _chat(text, [*turns, {"role": "assistant", "content": answer}], add_generation_prompt=False)
    return whole.removeprefix(prompt) if whole.startswith(prompt) else answer


def prompt_ids(text: TextEncoder, prompts: Sequence[str]) -> list[list[int]]:
    """The tokens of each prompt, after the one that begins a text where no chat template has written it."""
    start = [] if has_chat_template(text) else _beginning(text)
    return [start + ids for ids in token_ids(text, prompts)]


def answer_ids(text: TextEncoder, answers: Sequence[str]) -> list[list[int]]:
    """The tokens of what follows each prompt, an end token last: that of the chat template, or the tokenizer's own."""
    return [_ended(ids, text.ends) for ids in token_ids(text, answers)]


def ends_within(text: TextEncoder, said: Sequence[str]) -> list[str | None]:
    """For each text the first token in it that would end it where it is written, None where there is none."""
    found = [next((token for token in ids if token in text.ends), None) for ids in token_ids(text, said)]
    return [None if end is None else text.tokenizer.decode([end]) for end in found]


def token_ids(text: TextEncoder, texts: Sequence[str]) -> list[list[int]]:
    """The tokens of texts, no special ones around them."""
    if not texts:
        return []
    found: list[list[int]] = text.tokenizer(
        list(texts), add_special_tokens=False, return_attention_mask=False, verbose=False
    )["input_ids"]
    return found


def has_chat_template(text: TextEncoder) -> bool:
    """Whether the checkpoint was taught dialogues of one form."""
    return text.chat_template is not None


def _chat(text: TextEncoder, turns: Turns, *, add_generation_prompt: bool) -> str:
    try:
        found: str = text.tokenizer.apply_chat_template(
            [dict(turn) for turn in turns], tokenize=False, add_generation_prompt=add_generation_prompt
        )
    except Exception as error:  # templates raise what they like
        message = f"the model's chat template refuses the turns ({error})"
        raise InputError(message, mend="Let user and assistant speak by turns, without a system turn.") from None
    return found


def _beginning(text: TextEncoder) -> list[int]:
    """The token that the tokenizer sets before every text, if it does."""
    start: Any = text.tokenizer("", verbose=False)["input_ids"][:1]
    return [start[0]] if start and start[0] == text.tokenizer.bos_token_id else []


def _ended(ids: list[int], ends: Sequence[int]) -> list[int]:
    """The tokens up to the first that ends them; with an end token, where they have none."""
    last = next((place for place, token in enumerate(ids) if token in ends), None)
    return [*ids, *ends[:1]] if last is None else ids[: last + 1]
