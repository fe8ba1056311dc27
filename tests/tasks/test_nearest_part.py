"""The part of a text that another was meant to be."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.tasks.nearest_part import nearest_part


@pytest.mark.parametrize(
    ("text", "whole", "part"),
    [
        ("Anne Keller", "Built by Ann Keller in May.", "Ann Keller"),
        ("in 1978", "The museum opened in 1987, and closed.", "in 1987"),
        ("the old museums", "It is the old museum of Rome.", "the old museum"),
        ("it\u2019s late", "He says it's late now.", "it's late"),
        ("Jose", "Built by Jose\u0301.", "Jose\u0301"),
        ("\uff21\uff22\uff23 123", "the abc123 of it", "abc123"),
        ("STRASSE", "in der Stra\u00dfe 3", "Stra\u00dfe"),
        ("北京的大学", "他在北京大学读书", "北京大学"),
        ("museum", "museums, musea", "museum"),
        ("quite another thing", "Built by Ann Keller in May.", None),
        ("x", "", None),
        ("x", "yyy", None),
    ],
)
def test_the_part_that_was_meant(text: str, whole: str, part: str | None) -> None:
    assert nearest_part(text, whole) == part


TEXTS = st.text("aAbB\u00e9\u00e8 \u5317\u4eac.,", min_size=1, max_size=20)


@given(TEXTS, TEXTS.map(str.strip).filter(bool), TEXTS, st.sampled_from(["NFC", "NFD", "NFKC"]))
def test_a_part_in_another_form_is_found(before: str, part: str, after: str, form: str) -> None:
    whole = f"{before}{unicodedata.normalize(form, part)}{after}".upper()
    found = nearest_part(part, whole)
    assert found is not None
    assert found in whole
    same = ["".join(unicodedata.normalize("NFC", text).casefold().split()) for text in (found, part)]
    assert same[0] == same[1]


def test_a_long_text_is_searched_in_time() -> None:
    assert nearest_part("Anne Keller", "word and " * 20000 + "Ann Keller." + " word and" * 20000) == "Ann Keller"
