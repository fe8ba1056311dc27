"""Shared rows between splits and between tasks, and the whole inspection."""

import gzip
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from crosstask.tasks.checks.inspection import inspect_tasks
from crosstask.tasks.checks.leakage import Leakage, leakage
from crosstask.tasks.checks.tables import tables
from crosstask.tasks.checks.tally import Reading
from crosstask.tasks.kind import Kind
from crosstask.tasks.kinds.classification import Classification
from crosstask.tasks.task import Example, Split, Task

DATA = Path(__file__).parents[3] / "shared" / "data"

LONG = "the quick brown fox jumps over the lazy dog near the old stone bridge at dawn today"


def task(name: str, **splits: Sequence[tuple[str, str]]) -> Task:
    kind = Classification(label="label", labels=("a", "b"))
    return Task(name, kind, {split: _split(rows) for split, rows in splits.items()})


def _split(rows: Sequence[tuple[str, str]]) -> Split:
    return Split([Example({"text": text}, label, row) for row, (text, label) in enumerate(rows, start=1)], "x.csv")


def named(found: list[Leakage]) -> dict[tuple[str, str], Leakage]:
    return {(one.source, one.target): one for one in found}


def test_exact_and_near_rows_are_counted_apart_with_their_row_numbers():
    given = task(
        "t", train=[("other text", "a"), (LONG, "a")], test=[(LONG.upper(), "b"), (LONG + "!", "a"), ("new", "a")]
    )
    (found,) = leakage([given])
    assert (found.source, found.target, found.rows, found.exact, found.near) == ("t/train", "t/test", 3, 1, 1)
    exact, near = found.examples
    assert (exact.row, exact.other, exact.target, exact.other_target, exact.similarity) == (1, 2, "b", "a", 1.0)
    assert (near.row, near.other) == (2, 2)


def test_every_row_of_a_repeated_input_counts():
    given = task("t", train=[("same", "a"), ("same", "a")], test=[("same", "a"), ("Same", "a"), ("same", "b")])
    (found,) = leakage([given])
    assert (found.exact, found.near) == (3, 0)


def test_the_split_learned_from_comes_first_between_tasks_too():
    one, two = task("one", test=[(LONG, "a")]), task("two", train=[(LONG, "b")], validation=[("x y z", "a")])
    found = named(leakage([one, two]))
    assert set(found) == {("two/train", "two/validation"), ("two/train", "one/test"), ("two/validation", "one/test")}
    assert found["two/train", "one/test"].exact == 1


def test_near_rows_are_attributed_to_the_split_that_holds_them():
    edited = LONG.replace("today", "")
    one, two = task("one", train=[(LONG, "a")], test=[("unlike", "a")]), task("two", train=[(edited, "a")])
    found = named(leakage([one, two]))
    assert found["one/train", "two/train"].near == 1
    assert found["two/train", "one/test"].near == found["one/train", "one/test"].near == 0


def test_the_threshold_decides_what_is_near():
    given = task("t", train=[(LONG, "a")], test=[(LONG.replace("lazy", "sleepy"), "a")])
    assert [leakage([given], threshold)[0].near for threshold in (0.6, 0.7)] == [1, 0]


def _words(kind: Kind, examples: Sequence[Example]) -> list[Reading]:
    """Words are tokens, of which a row keeps one."""
    counts = [len(example.inputs["text"].split()) for example in examples]
    return [Reading(count, count - 1) for count in counts]


def _uncut(kind: Kind, examples: Sequence[Example]) -> list[Reading]:
    return [Reading(1) for _ in examples]


def test_an_inspection_says_everything_as_json():
    rows = [("good film", "a"), ("Good film", "b"), ("bad", "b"), *[(f"row {at}", "a") for at in range(12)]]
    found = inspect_tasks([task("t", train=rows, test=[("bad", "b")])], _words, limit=1)
    record = json.loads(json.dumps(found.to_json()))
    (shown,) = record["tasks"]
    assert (shown["name"], shown["kind"], shown["labels"]) == ("t", "classification", ["a", "b"])
    assert shown["fields"] == {"text": "text", "label": "label"}
    train = shown["splits"]["train"]
    assert (train["rows"], train["duplicates"], train["conflicts"]) == (15, 1, 2)
    assert train["labels"] == {"a": 13, "b": 2}
    assert (train["tokens"]["cut"], train["tokens"]["max"]) == (pytest.approx(14 / 15), 2)
    (leak,) = record["leakage"]
    assert (leak["from"], leak["to"], leak["rows"], leak["exact"], leak["near"]) == ("t/train", "t/test", 1, 1, 0)
    assert shown["warnings"] == [
        "train: 2 rows have the same input as another with another label (rows 1 and 2: 'a' and 'b')",
        "train: 1 row has the same input as an earlier row (row 2 repeats row 1)",
        "train: 'a' has 6 times the rows of 'b': read macro F1, not accuracy",
        "train: 93.3% of the rows are cut to 1 tokens and lose 1 (median)",
        "test: 1 of 1 rows also stand in t/train (1 exactly)",
    ]


def test_clean_data_is_not_warned_about():
    found = inspect_tasks([task("t", train=[("one", "a"), ("two", "b")], test=[("three", "a")])], _uncut, limit=8)
    assert found.tasks[0].warnings == ()
    assert [title for title, _ in tables(found)] == [
        "t: classification (text = text, label = label)",
        "t: rows by label",
    ]


def test_tables_are_rectangular_and_hide_labels_beyond_twenty():
    rows = [(f"text {at}", f"label {at:02}") for at in range(30)]
    found = inspect_tasks([task("t", train=rows, test=[("text 1", "label 01")])], _uncut, limit=8)
    shown = dict(tables(found))
    assert all(len({len(row) for row in table}) == 1 for table in shown.values())
    assert len(shown["t: rows by label"]) == 22
    assert shown["t: rows by label"][-1][0] == "and 10 more"
    assert shown["some of the shared rows"][1] == ("t/train", 2, "t/test", 1, 1.0, "text 1")


def _shared(name: str) -> Task:
    folder = DATA / name
    if not folder.is_dir():
        pytest.skip(f"the benchmark data {name} is not at hand")
    return task(name, **{split: _rows(folder / f"{split}.jsonl.gz") for split in ("train", "test")})


def _rows(path: Path) -> list[tuple[str, str]]:
    with gzip.open(path) as lines:
        return [(row["text"], str(row["label"])) for row in map(json.loads, lines)]


def test_real_data_shares_what_its_makers_counted():
    """The makers of the data counted 38 test titles of toutiao that are also in train, and 9 questions of trec."""
    found = named(leakage([_shared("toutiao_zh"), _shared("trec")]))
    assert found["toutiao_zh/train", "toutiao_zh/test"].exact == 38
    assert 9 <= found["trec/train", "trec/test"].exact <= 10
    assert found["toutiao_zh/train", "trec/test"].exact == found["toutiao_zh/train", "trec/test"].near == 0


def test_films_reviewed_twice_are_found_between_two_corpora():
    """The same sentences, tokenised in two ways: 1,387 pairs are equal in their letters and digits."""
    tests = [_shared(name).with_splits(test=_shared(name).split("test")) for name in ("mr", "sst2")]
    (found,) = leakage(tests)
    assert 1387 <= found.exact + found.near <= 1600


def test_a_long_row_is_shown_cut_with_an_ellipsis():
    found = inspect_tasks([task("t", train=[(LONG, "a")], test=[(LONG, "a")])], _uncut, limit=20)
    (_, row) = dict(tables(found))["some of the shared rows"]
    assert (row[-1], len(row[-1])) == (f"{LONG[:59]}…", 60)


def test_tasks_of_one_name_are_told_apart():
    def of(folder: str) -> Task:
        split = Split([Example({"text": LONG}, "a", 1)], f"{folder}/train.csv")
        return Task("train", Classification(labels=("a", "b")), {"train": split})

    found = inspect_tasks([of("one"), of("two")], _uncut, limit=20).leakage
    assert [(one.source, one.target) for one in found] == [("one/train/train", "two/train/train")]
    found = inspect_tasks([of("one"), of("one")], _uncut, limit=20).leakage
    assert [(one.source, one.target) for one in found] == [("one/train (1)/train", "one/train (2)/train")]
