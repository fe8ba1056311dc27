"""The options of a training run: bounds, lengths of a run, rates, and the ways to name an objective."""

from __future__ import annotations

from typing import Any

import pytest

from crosstask.errors import ConfigError, CrosstaskError, NotFound
from crosstask.objectives import objective_for
from crosstask.objectives.classification_head import ClassificationHead
from crosstask.runs.options import TrainingOptions
from crosstask.tasks.kinds.classification import Classification

KIND = Classification(labels=("bad", "good"))


@pytest.mark.parametrize(
    "options",
    [
        {"warmup": 1.0},
        {"warmup": -0.1},
        {"decay": "steps"},
        {"learning_rate": 0},
        {"head_learning_rate": 0},
        {"clip": 0},
        {"weight_decay": -1},
    ],
)
def test_wrong_rates_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        TrainingOptions(**options)
    assert caught.value.field in options


def test_the_rates_are_those_of_the_options() -> None:
    given = {"learning_rate": 1e-4, "head_learning_rate": None, "weight_decay": 0.2, "clip": 3.0}
    rates = TrainingOptions(**given, warmup=0.3, decay="cosine").rates
    assert {name: getattr(rates, name) for name in given} == given
    assert (rates.schedule.warmup, rates.schedule.decay) == (0.3, "cosine")


@pytest.mark.parametrize(
    ("options", "rows", "steps"),
    [
        ({}, 24, 60),
        ({}, 3200, 300),
        ({"epochs": 10}, 33, 20),
        ({"epochs": 0.01}, 24, 1),
        ({"steps": 7}, 24, 7),
    ],
)
def test_steps_follow_from_rows(options: dict[str, Any], rows: int, steps: int) -> None:
    assert TrainingOptions(**options).steps_for(rows) == steps


def test_a_run_has_one_length() -> None:
    with pytest.raises(ConfigError, match="both epochs and steps are given") as caught:
        TrainingOptions(epochs=1, steps=3)
    assert (caught.value.field, caught.value.mend) == ("steps", "Give one of them.")


@pytest.mark.parametrize(
    "given",
    [
        "head:pooling=cls",
        "classification_head:pooling=cls",
        {"name": "head", "pooling": "cls"},
        {"name": "classification_head", "pooling": "cls"},
        ClassificationHead(pooling="cls"),
    ],
)
def test_an_objective_is_given_in_any_form_and_written_back_whole(given: Any) -> None:
    options = TrainingOptions(objective=given)
    assert objective_for(KIND, options.objective) == ClassificationHead(pooling="cls")
    again = TrainingOptions(**{name: value for name, value in options.config().items() if name != "name"})
    assert again.objective == options.config()["objective"]
    assert objective_for(KIND, again.objective) == ClassificationHead(pooling="cls")


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ("haed", NotFound, "no objective is called 'haed'. Did you mean head?"),
        ({}, NotFound, "no objective is called ''"),
        ("head:poling=cls", ConfigError, "Did you mean pooling?"),
        ({"name": "head", "pooling": "max"}, NotFound, "Did you mean mean?"),
        ({"name": "head", "dropout": 2}, ConfigError, "It should be less than 1."),
        (KIND, ConfigError, "is no objective. Known: classification_head"),
        (3, ConfigError, "3 is no objective"),
    ],
)
def test_a_wrong_objective_is_refused_when_the_options_are_made(given: Any, error: type, says: str) -> None:
    with pytest.raises(CrosstaskError) as caught:
        TrainingOptions(objective=given)
    assert isinstance(caught.value, error)
    assert says in str(caught.value)
    assert caught.value.field
