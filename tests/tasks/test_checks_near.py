"""Near duplicates: shingles, similarity and the pairs that hashing proposes."""

import random
from collections import Counter
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crosstask.tasks.checks.near import near_pairs
from crosstask.tasks.checks.shingles import shingles, similarity
from crosstask.tasks.checks.spool import Spool

WORDS = [f"word{at}" for at in range(40)]


def test_shingles_are_three_words_without_case_and_punctuation():
    assert shingles("The plot, THE plot twist.") == {"the plot the", "plot the plot", "the plot twist"}


def test_a_short_text_is_one_shingle():
    assert shingles("Great!") == {"great"}
    assert shingles("great film") == {"great film"}
    assert not shingles("?!… :-)")


def test_scripts_without_spaces_use_five_characters():
    assert shingles("今天天气很好。") == {"今 天 天 气 很", "天 天 气 很 好"}
    assert shingles("ฉันรักหนัง") == shingles("ฉันรักหนัง!")
    assert "iphone 手 机" in shingles("iPhone 手机 very good in all")


def test_a_pair_is_only_as_near_as_its_unlike_text():
    premise, one, other = shingles("a man plays the guitar on a stage"), shingles("a man plays"), shingles("he sleeps")
    assert similarity((premise, one), (premise, one)) == 1
    assert similarity((premise, one), (premise, other)) == 0
    assert similarity((premise,), (premise, one)) == 0


def test_one_word_changed_in_twenty_is_near_at_the_default_threshold():
    text = [f"w{at}" for at in range(20)]
    changed = [*text[:10], "other", *text[11:]]
    assert [pair[:2] for pair in near_pairs([(" ".join(text),), (" ".join(changed),)])] == [(0, 1)]
    assert not list(near_pairs([(" ".join(text),), (" ".join(changed),)], threshold=0.75))


def test_texts_without_letters_are_near_nothing():
    assert not list(near_pairs([("!!!",), ("???",), ("…",)]))


def test_every_pair_of_a_brute_force_search_is_found_but_for_a_few_at_the_threshold():
    draw = random.Random(0)
    keys = list(dict.fromkeys((" ".join(_edited(draw)),) for _ in range(400)))
    sets = [(shingles(text),) for (text,) in keys]
    truth = {(i, j) for i, j in combinations(range(len(keys)), 2) if similarity(sets[i], sets[j]) >= 0.7}
    found = {(i, j) for i, j, _ in near_pairs(keys, 0.7)}
    assert found <= truth
    assert len(truth) > 100
    assert len(found) >= 0.97 * len(truth)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDS[:6]), max_size=8), max_size=12), st.sampled_from([0.3, 0.7, 1.0]))
def test_what_is_found_is_at_least_as_near_as_asked(texts: list[list[str]], threshold: float):
    keys = [(" ".join(text),) for text in texts]
    for one, other, found in near_pairs(keys, threshold):
        assert one < other
        assert found == similarity(tuple(map(shingles, keys[one])), tuple(map(shingles, keys[other]))) >= threshold


def test_a_crowd_of_like_rows_still_has_its_near_rows_found():
    body = " ".join(f"same{at}" for at in range(40))
    keys = [(f"{body} {at}",) for at in range(300)]
    assert {other for _, other, _ in near_pairs(keys)} == set(range(1, 300))


def test_in_a_crowd_the_nearest_row_is_found_wherever_it_stands():
    draw = random.Random(0)
    rows = [[draw.choice(WORDS) if draw.random() < 0.05 else f"same{at}" for at in range(60)] for _ in range(400)]
    copies = [(" ".join(rows[at][:-1]), at) for at in (50, 150, 250, 350)]
    found = set(near_pairs([(" ".join(row),) for row in rows] + [(text,) for text, _ in copies]))
    assert {(at, 400 + copy) for copy, (_, at) in enumerate(copies)} <= {pair[:2] for pair in found}


def test_a_crowd_is_compared_with_a_hundred_rows_each():
    body = " ".join(f"same{at}" for at in range(40))
    compared = Counter(other for _, other, _ in near_pairs([(f"{body} {at}",) for at in range(400)]))
    assert max(compared.values()) == 100


def test_keys_of_one_home_are_not_compared():
    keys = [(f"{' '.join(WORDS)} {at}",) for at in range(4)]
    homes = np.array([0, 0, 1, -1])
    assert {pair[:2] for pair in near_pairs(keys, homes=homes)} == {(0, 2), (1, 2), (0, 3), (1, 3), (2, 3)}


def test_a_key_is_the_same_after_the_disk():
    keys = [("a", ""), ("",), ("你好 \ud800", "b")]
    with Spool() as spool:
        spool.extend(keys)
        assert [spool[at] for at in (2, 0, 1)] == [keys[2], keys[0], keys[1]]


def _edited(draw: random.Random) -> list[str]:
    """One of forty texts of 30 words with up to four words changed."""
    base = draw.randrange(40)
    words = [f"text{base}word{at}" for at in range(30)]
    for _ in range(draw.randrange(5)):
        words[draw.randrange(30)] = draw.choice(WORDS)
    return words
