"""The kind regression: its cells, what it learns, and its scores against scipy and scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn import metrics

from crosstask.errors import ConfigError, InputError
from crosstask.tasks import open_task, read_inputs
from crosstask.tasks.columns import Columns
from crosstask.tasks.kind import Scores
from crosstask.tasks.kinds.regression import Regression
from crosstask.tasks.residuals import Residuals, moments, pearson
from crosstask.tasks.table import Table
from crosstask.tasks.task import Example, Split

KIND = Regression(text="review", value="rating")
LONG = [f"a long text about number {number}, quite unlike the others" for number in range(40)]
FRACTIONS = [number / 8 for number in range(40)]
STARS = [1, 2, 3, 4, 5] * 8
FEW = ["spam", "ham"] * 20


def split(*scores: float | None, file: str = "a.csv") -> Split:
    return Split([Example({"text": "t"}, score, row) for row, score in enumerate(scores, start=1)], file)


def detected(names: str, *columns: Sequence[Any], **named: str) -> Regression | None:
    """What is found in a table of these columns, 40 rows each."""
    keys = names.split()
    records = [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]
    return Regression.detect(Columns.of(Table(tuple(keys), records)), named)


@pytest.mark.parametrize("cell", [3.5, "3.5", " 3.5 ", "+3.5", "35e-1", np.float32(3.5), Decimal("3.5")])
def test_a_score_is_a_float(cell: Any) -> None:
    score = KIND.example({"review": "fine", "rating": cell}, 1, None).target
    assert (score, type(score)) == (3.5, float)


def test_whole_numbers_are_scores_too() -> None:
    assert [KIND.example({"review": "a", "rating": cell}, 1, None).target for cell in (3, "-4", np.int64(7))] == [
        3,
        -4,
        7,
    ]


@pytest.mark.parametrize(
    ("cell", "message", "mend"),
    [
        (None, "the score is missing", "Fill it in"),
        ("", "the score is missing", "Fill it in"),
        (float("nan"), "the score is missing", "Fill it in"),
        ("good", "the score 'good' is no number", "Give one number"),
        ("3,5", "the score '3,5' is no number", "decimal point: 3.5"),
        ("1_000", "the score '1_000' is no number", "Give one number"),
        ("3/5", "no number", "Give one number"),
        (True, "the score True is no number", "Give one number"),
        (np.True_, "no number", "Give one number"),
        ([3.5], "no number", "Give one number"),
        ("inf", "the score inf is not finite", "Give a number"),
        (float("-inf"), "the score -inf is not finite", "Give a number"),
        ("nan", "the score nan is not finite", "Give a number"),
        ("1e400", "the score 1e400 is not finite", "Give a number"),
        (10**400, "the score 10+ is not finite", "Give a number"),
        ("1e200", r"the score 1e200 is larger than 1e\+30", "larger unit"),
        (-(10**31), "is larger than", "larger unit"),
    ],
)
def test_cells_of_the_wrong_form_are_refused(cell: Any, message: str, mend: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        KIND.example({"review": "fine", "rating": cell}, 3, "a.csv")
    error = caught.value
    assert (error.file, error.row, error.field) == ("a.csv", 3, "rating")
    assert error.mend
    assert mend in error.mend


@pytest.mark.parametrize(
    ("names", "columns", "found"),
    [
        ("sentence1 sentence2 score", [LONG, LONG, FRACTIONS], "score"),
        ("sentence1 sentence2 label", [LONG, LONG, FRACTIONS], "label"),
        ("text Rating", [LONG, [f"{value}" for value in FRACTIONS]], "Rating"),
        ("text score", [LONG, [f"{value}".replace(".", ",") for value in FRACTIONS]], "score"),
        ("text score", [LONG, ["n/a", *map(str, FRACTIONS[1:])]], "score"),
        ("text points", [LONG, range(40)], "points"),
        ("text whatever", [LONG, FRACTIONS], "whatever"),
        ("idx text similarity", [range(40), LONG, FRACTIONS], "similarity"),
    ],
)
def test_columns_of_scores_are_found(names: str, columns: list[Sequence[Any]], found: str) -> None:
    kind = detected(names, *columns)
    assert kind is not None
    assert kind.value == found


@pytest.mark.parametrize(
    ("names", "columns"),
    [
        ("text label", [LONG, FEW]),
        ("text stars", [LONG, STARS]),
        ("text rating", [LONG, STARS]),
        ("text score", [LONG, [float(star) for star in STARS]]),
        ("text label", [LONG, list(range(40))]),
        ("text sentiment confidence", [LONG, FEW, FRACTIONS]),
        ("text which confidence", [LONG, FEW, FRACTIONS]),
        ("text one two", [LONG, FRACTIONS, FRACTIONS]),
        ("text score", [LONG, FEW]),
    ],
)
def test_tables_of_other_kinds_have_no_score_for_it(names: str, columns: list[Sequence[Any]]) -> None:
    found = detected(names, *columns)
    assert found is None or found.value is None


def test_named_columns_win() -> None:
    found = detected("text body label stars", LONG, LONG, FEW, STARS, text="body", value="stars")
    assert found is not None
    assert (found.text, found.value) == ("body", "stars")
    assert detected("text label score", LONG, FEW, FRACTIONS, label="label") is None


def test_a_file_is_read_as_what_its_scores_are(tmp_path: Path) -> None:
    (tmp_path / "pairs.csv").write_text("sentence1,sentence2,score\na b c,a b d,4.5\na,b,0\n", encoding="utf-8")
    task = open_task(tmp_path / "pairs.csv")
    assert isinstance(task.kind, Regression)
    assert (task.kind.mean, task.kind.spread) == (2.25, 2.25)
    (tmp_path / "more.csv").write_text("sentence1,sentence2,score\na,b,5\n", encoding="utf-8")
    assert open_task(tmp_path / "more.csv", split="test", kind=task.kind).kind == task.kind
    (tmp_path / "ask.csv").write_text("sentence1,sentence2\na,b\n", encoding="utf-8")
    assert [example.inputs for example in read_inputs(tmp_path / "ask.csv", task.kind)] == [
        {"text": "a", "text_pair": "b"}
    ]


def test_stars_stay_a_classification() -> None:
    rows = [{"review": text, "stars": star} for text, star in zip(LONG, STARS, strict=True)]
    assert open_task(rows).kind.method_name() == "classification"
    assert open_task(rows, kind="regression", columns={"value": "stars"}).split("train").examples[1].target == 2.0


def test_a_column_named_for_another_kind_says_what_can_be_named() -> None:
    rows = [{"review": text, "stars": star} for text, star in zip(LONG, STARS, strict=True)]
    with pytest.raises(InputError, match="which column holds the value") as caught:
        open_task(rows, kind="regression")
    assert caught.value.field == "value"


def test_scores_as_large_as_may_be_are_learned_and_measured() -> None:
    learned = KIND.learn({"train": split(1e30, -1e30)})
    assert (learned.mean, learned.spread) == (0.0, pytest.approx(1e30))
    found = scored([1e30, -1e30, 0.0], [-1e30, 1e30, 1e30]).metrics
    assert np.isfinite([interval.value for interval in found.values()]).all()


scores = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30).filter(lambda values: np.ptp(values) > 1e-3)


@given(scores, st.randoms())
def test_mean_and_spread_do_not_depend_on_the_order_of_rows(values: list[float], random: Any) -> None:
    shuffled = random.sample(values, len(values))
    learned = KIND.learn({"train": split(*values)})
    assert learned == KIND.learn({"train": split(*shuffled)})
    assert (learned.mean, learned.spread) == pytest.approx((np.mean(values), np.std(values)), rel=1e-9, abs=1e-9)


def test_what_is_known_stays() -> None:
    known = Regression(mean=1.0, spread=2.0)
    assert known.learn({"test": split(5.0)}) == known
    assert known.learn({"train": split(5.0, 6.0)}) == known


def test_scores_that_teach_nothing_are_refused() -> None:
    with pytest.raises(InputError, match="all train rows have the score 3.5") as caught:
        KIND.learn({"train": split(3.5, 3.5)})
    assert (caught.value.file, caught.value.field) == ("a.csv", "rating")
    with pytest.raises(InputError, match="all train rows have the score 1e-200"):
        KIND.learn({"train": split(1e-200, 2e-200)})
    with pytest.raises(InputError, match="the score is missing") as caught:
        KIND.learn({"train": split(1.0, 2.0), "test": split(1.0, None, file="b.csv")})
    assert (caught.value.file, caught.value.row) == ("b.csv", 2)
    with pytest.raises(InputError, match="no train rows"):
        KIND.learn({"test": split(1.0, 2.0)})
    with pytest.raises(ConfigError, match="cannot be 0"):
        Regression(spread=0)


def scored(true: Sequence[float], predicted: Sequence[float]) -> Scores:
    examples = [Example({"text": "t"}, score) for score in true]
    return KIND.score([{"score": score} for score in predicted], examples)


pairs = st.lists(st.tuples(st.floats(-100, 100), st.integers(-5, 5).map(float)), min_size=3, max_size=30).filter(
    lambda rows: all(np.ptp(side) > 1e-3 for side in zip(*rows, strict=True))
)


@given(pairs)
@settings(max_examples=60, deadline=None)
def test_metrics_agree_with_scipy_and_scikit_learn(rows: list[tuple[float, float]]) -> None:
    true, predicted = zip(*rows, strict=True)
    found = {name: interval.value for name, interval in scored(true, predicted).metrics.items()}
    expected = {
        "pearson": stats.pearsonr(true, predicted).statistic,
        "spearman": stats.spearmanr(true, predicted).statistic,
        "mae": metrics.mean_absolute_error(true, predicted),
        "rmse": metrics.root_mean_squared_error(true, predicted),
    }
    assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("predicted", [[0.1] * 4, [1e9 + 0.1] * 4])
def test_a_constant_has_no_correlation(predicted: list[float]) -> None:
    found = scored([1.0, 2.0, 3.0, 4.0], predicted).metrics
    assert (found["pearson"].value, found["spearman"].value) == (0.0, 0.0)
    assert all(interval.low <= interval.value <= interval.high for interval in found.values())


def test_correlations_do_not_depend_on_the_unit() -> None:
    draw = np.random.default_rng(0)
    true, predicted = draw.standard_normal((2, 50))
    small, large = (scored(true, 1e6 + scale * predicted).metrics["pearson"].value for scale in (1.0, 1e9))
    assert small == pytest.approx(large, abs=1e-8)


def test_intervals_agree_with_resampled_rows() -> None:
    draw = np.random.default_rng(1)
    true = draw.normal(2.5, 1.5, 200)
    predicted = true + draw.standard_t(4, 200)
    found = scored(true.tolist(), predicted.tolist()).metrics
    picked = [draw.integers(0, 200, 200) for _ in range(500)]
    measures = {
        "pearson": lambda rows: stats.pearsonr(true[rows], predicted[rows]).statistic,
        "spearman": lambda rows: stats.spearmanr(true[rows], predicted[rows]).statistic,
        "mae": lambda rows: np.abs(true - predicted)[rows].mean(),
        "rmse": lambda rows: np.sqrt(np.square(true - predicted)[rows].mean()),
    }
    assert tuple(found) == KIND.metrics
    for name, measure in measures.items():
        expected = np.quantile([measure(rows) for rows in picked], [0.025, 0.975])
        assert (found[name].low, found[name].high) == pytest.approx(tuple(expected), abs=0.04), name


def test_few_rows_in_a_line_claim_no_certainty() -> None:
    found = scored([1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 4.0, 6.0, 8.0, 10.0]).metrics
    assert found["pearson"].value == pytest.approx(1.0)
    assert found["pearson"].low < 0.9
    assert found["spearman"].low < 0.9


def test_the_correlation_of_a_resample_follows_from_its_sums() -> None:
    draw = np.random.default_rng(2)
    true, predicted = draw.standard_normal((2, 30)) + 5
    rows = draw.integers(0, 10, (4, 30))
    found = pearson(moments(true, predicted)[rows].sum(axis=1))
    assert found == pytest.approx([stats.pearsonr(true[some], predicted[some]).statistic for some in rows])


def test_resamples_of_one_row_alone_count_as_no_correlation() -> None:
    row = moments(np.array([0.0, 1.0]), np.array([0.0, 1.0]))[:1]
    assert pearson(np.tile(row, (3, 1)).sum(axis=0)) == 0.0


def test_residuals_are_told_by_quantiles_and_answers_to_four_digits() -> None:
    table = scored([0.0] * 101, [number / 100 for number in range(101)]).tables["residuals"]
    assert [row[0] for row in table[1:]] == ["5%", "25%", "50%", "75%", "95%"]
    assert [row[1] for row in table[1:]] == pytest.approx([0.05, 0.25, 0.5, 0.75, 0.95])
    found = KIND.misses([{"score": 1.23456}, {"score": 2.0}], split(3.0, 2.0).examples)
    assert [(miss.row, miss.target, miss.predicted) for miss in found] == [(1, "3", "1.235")]
    assert found[0].error == pytest.approx(1.76544)


def test_residuals_take_numbers_of_any_kind() -> None:
    found = Residuals.of([1, 2], [np.float32(1), 2.5])
    assert found.metrics(0)["mae"].value == 0.25
