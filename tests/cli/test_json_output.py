"""What may stand in the JSON of an answer."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.cli.stdout import plain
from crosstask.evidence.interval import Interval

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
)


@given(values)
def test_any_plain_value_is_strict_json(value):
    json.loads(json.dumps(plain(value), allow_nan=False))


def test_no_number_but_a_finite_one():
    assert plain({"a": [math.nan, math.inf, -math.inf, 0.5]}) == {"a": [None, None, None, 0.5]}


def test_values_of_the_field_are_spoken():
    assert plain(np.float32(0.5)) == 0.5
    assert plain(np.array([[1.0, math.nan]])) == [[1.0, None]]
    assert plain(Path("runs") / "a") == "runs/a"
    assert plain(Interval(0.5, 0.4, math.nan))["high"] is None


def test_a_value_without_a_json_form_is_refused():
    with pytest.raises(TypeError, match="object has no JSON form"):
        plain(object())
