"""Damaged symbols: what the tweets hold, and what comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.shelf.mojibake import damage, repair

PARTS = ["word", " ", "#tag", "…", "’", "“", "”", "‘", "–", "—", "©", "£", "😂", "👍"]
CHAINS = ("mm", "mmm", "mmmm", "ummmm", "mmummmumm")


@pytest.mark.parametrize(
    ("damaged", "text"),
    [
        ("in the right di\xe4\xf3_", "in the right di…"),
        ("It\xe4\xf3\xbbs a sad day", "It’s a sad day"),
        ("\xe4\xf3\xec@Forever21: The lineup\xe4\xf3\x9d", "“@Forever21: The lineup”"),
        ("I\x8a\x97\xc8m having trouble", "I’m having trouble"),
        ("agent \x8a\x97\x94 said", "agent — said"),
        ("cars_\xd1_.no thank you", "cars….no thank you"),
        ("How Uber_\xd1\xe9s cars", "How Uber’s cars"),
        ("Google\xd5\xa2_\x8a\xce_\x86\xa2s cars", "Google’s cars"),
        ("I love to drive\xd5\xa2_\x8a\xce\xeb\x9d", "I love to drive”"),
        ("Huh \xe4\xf3\xbb_\xe4\xf3\xbb_\xe4\xf3\xbb\x81\xcd@Aleshia_C: hi", "Huh “@Aleshia_C: hi"),
        ("Beyonc\xed\xa9 and \x8c\xa3400", "Beyoncé and £400"),
        ("LMFAO _\xf4\xd6\x89_\xf4\xd6\x89", "LMFAO 😂😂"),
        ("love it _\xf4\xd6_", "love it "),  # twenty emoji became this
        ("@_name_ and snake_case", "@_name_ and snake_case"),
        ("hi_\xf4\xd6\x89 @_name", "hi😂 @_name"),
        ("lost \xe3\x89___\xe3\x89 here", "lost  here"),
    ],
)
def test_symbols_of_the_tweets(damaged: str, text: str) -> None:
    assert repair(damaged) == text


@given(
    st.lists(st.sampled_from(PARTS), max_size=9),
    st.sampled_from(CHAINS[:4]),
)
def test_repair_undoes_any_one_damage(parts: list[str], chain: str) -> None:
    text = "".join(parts) + " — that’s “all” 😂"
    damaged = "".join(symbol if symbol.isascii() else damage(symbol, chain) for symbol in text)
    assert repair(damaged) == text


@given(st.text(st.characters(max_codepoint=255)))
def test_nothing_damaged_is_left(text: str) -> None:
    repaired = repair(text)
    assert not any("\x80" <= symbol < "\xa0" for symbol in repaired)
    assert repaired == text or not text.isascii()


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_stays(text: str) -> None:
    assert repair(text) == text
