"""Methods: the constructor is the schema."""

from __future__ import annotations

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from crosstask.errors import ConfigError
from crosstask.method import Method


class LowRank(Method):
    """Learn a low-rank change."""

    r: Annotated[int, Field(ge=1)]
    """The rank."""
    alpha: float = 16.0


class Holder(BaseModel):
    method: LowRank


def test_the_name_is_the_class_in_snake_case():
    assert LowRank.method_name() == "low_rank"


def test_the_config_holds_every_default():
    assert LowRank(r=8).config() == {"name": "low_rank", "r": 8, "alpha": 16.0}


def test_the_help_text_is_the_string_below_the_field():
    assert LowRank.model_fields["r"].description == "The rank."


def test_a_method_is_frozen_and_equal_by_value():
    method = LowRank(r=8)
    assert method == LowRank(r="8")
    with pytest.raises(ValidationError):
        method.r = 9


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "low_rank needs the option 'r'. Give r."),
        ({"r": 0}, "option 'r': cannot be 0. It should be greater than or equal to 1."),
        ({"r": 8, "alpha": float("inf")}, "option 'alpha': cannot be inf. It should be a finite number."),
        ({"r": 8, "alfa": 1}, "low_rank has no option 'alfa'. Did you mean alpha?"),
    ],
)
def test_a_wrong_option_fails_when_the_value_is_made(options, says):
    with pytest.raises(ConfigError) as caught:
        LowRank(**options)
    assert str(caught.value) == says


def test_a_method_inside_another_value_fails_alike():
    with pytest.raises(ConfigError, match="low_rank has no option 'x'"):
        Holder(method={"r": 1, "x": 2})
