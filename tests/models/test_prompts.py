"""How dialogues are written for a decoder, and what long ones lose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_checkpoints import CHAT_TEMPLATE, byte_tokenizer

from crosstask.errors import InputError
from crosstask.models.prompt_cuts import shortened
from crosstask.models.prompts import answer_ids, answer_text, ends_within, prompt_ids, prompt_text, token_ids
from crosstask.models.text_encoder import TextEncoder

USER = {"role": "user", "content": "hello"}
BOT = {"role": "assistant", "content": "hi"}
SYSTEM = {"role": "system", "content": "be kind"}
BEGIN, END = 0, 2


def encoder(**options: Any) -> TextEncoder:
    return TextEncoder(byte_tokenizer(**options), 256, pad_id=1, ends=(END,))


CHAT, PLAIN = encoder(), encoder(chat_template=None)


def ids_of(text: TextEncoder, turns: list[dict[str, str]], answer: str) -> tuple[list[int], list[int]]:
    (prompt,) = prompt_ids(text, [prompt_text(text, turns)])
    (told,) = answer_ids(text, [answer_text(text, turns, answer)])
    return prompt, told


def test_a_chat_template_writes_prompt_and_answer() -> None:
    turns = [SYSTEM, USER, BOT, USER]
    prompt, answer = ids_of(CHAT, turns, "good day")
    whole = CHAT.tokenizer.apply_chat_template([*turns, {"role": "assistant", "content": "good day"}], tokenize=False)
    assert whole.startswith(CHAT.tokenizer.decode(prompt + answer))
    assert answer == [*token_ids(CHAT, ["good day"])[0], END]
    assert BEGIN not in prompt


def test_without_a_template_a_text_stands_alone_and_turns_name_their_speakers() -> None:
    assert prompt_text(PLAIN, [USER]) == "hello"
    assert prompt_text(PLAIN, [SYSTEM, USER]) == "system: be kind\nuser: hello\nassistant:"
    assert ids_of(PLAIN, [USER], "hi") == (
        [BEGIN, *token_ids(PLAIN, ["hello"])[0]],
        [*token_ids(PLAIN, ["hi"])[0], END],
    )
    assert PLAIN.tokenizer.decode(ids_of(PLAIN, [SYSTEM, USER], "hi")[1][:-1]) == " hi"


def test_a_template_that_says_more_before_the_answer_leaves_the_answer() -> None:
    text = encoder(chat_template=CHAT_TEMPLATE.replace("assistant\n{% endif", "assistant\n<think></think>{% endif"))
    prompt, answer = ids_of(text, [USER], "hi")
    assert text.tokenizer.decode(prompt).endswith("<think></think>")
    assert answer == [*token_ids(text, ["hi"])[0], END]


def test_the_chat_template_s_own_end_token_is_the_end() -> None:
    text = replace(encoder(chat_template=CHAT_TEMPLATE.replace("<|im_end|>", "<|im_start|>")), ends=(END, 3))
    assert ids_of(text, [USER], "hi")[1] == [*token_ids(text, ["hi"])[0], 3]


def test_an_end_token_within_a_text_is_found() -> None:
    text = replace(PLAIN, ends=(END, *token_ids(PLAIN, ["\n"])[0]))
    assert ends_within(text, ["good <|im_end|>day", "good day", "a\nb", "", "<s>"]) == [
        "<|im_end|>",
        None,
        "\n",
        None,
        None,
    ]


def test_a_template_that_refuses_turns_is_told() -> None:
    text = encoder(chat_template="{{ raise_exception('no system turn here') }}")
    with pytest.raises(InputError, match="refuses the turns .no system turn here") as error:
        prompt_text(text, [SYSTEM, USER])
    assert error.value.mend


@settings(max_examples=50, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20), st.integers(1, 30))
def test_a_shortened_text_is_its_beginning(said: str, tokens: int) -> None:
    found = shortened(CHAT, {"source": said}, tokens)
    left = "" if found is None else found["source"]
    assert said.startswith(left)
    (before, after) = token_ids(CHAT, [said, left])
    assert len(after) <= max(0, len(before) - tokens)
    assert len(before) - tokens - len(after) < 4  # no more than a started character


def test_a_dialogue_loses_its_oldest_turns_and_then_the_end_of_its_question() -> None:
    turns: Any = (SYSTEM, USER, BOT, {**USER, "content": "how are you?"})
    found: Any = {"messages": turns}
    seen = []
    while found is not None:
        seen.append(found["messages"])
        found = shortened(CHAT, found, 7)
    assert seen[1] == (SYSTEM, turns[-1])
    assert [turns[-1]["content"] for turns in seen[1:]] == ["how are you?", "how a", ""]
    assert all(turns[0] == SYSTEM for turns in seen)


@pytest.mark.parametrize(
    ("lengths", "tokens", "left"),
    [
        ((150, 90), 140, (50, 50)),
        ((150, 120), 170, (50, 50)),
        ((30, 150), 80, (30, 70)),
        ((30, 150, 90), 150, (30, 45, 45)),
        ((150, 90), 241, (0, 0)),
    ],
)
def test_the_longest_texts_are_cut_to_one_length(lengths: tuple[int, ...], tokens: int, left: tuple[int, ...]) -> None:
    found = shortened(CHAT, {str(place): "a" * length for place, length in enumerate(lengths)}, tokens)
    assert tuple(len(said) for said in (found or {}).values()) == left


def test_nothing_is_left_to_lose_where_every_text_is_empty() -> None:
    assert shortened(CHAT, {"text": "", "text_pair": ""}, 1) is None
    assert shortened(CHAT, {"messages": (SYSTEM, {**USER, "content": ""})}, 1) is None
