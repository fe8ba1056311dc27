"""Errors: one line with what, where and the mend."""

from __future__ import annotations

import pytest

from crosstask.errors import ConfigError, CrosstaskError, InputError, Interrupted, nearest


def test_the_line_says_where_what_and_the_mend():
    error = InputError("the cell is\nempty.", file="a.csv", row=2, field="text", mend="Fill it.")
    assert str(error) == "a.csv, row 2, field 'text': the cell is empty. Fill it."


def test_an_error_learns_where_it_was_met_and_stays_what_it_is():
    error = ConfigError("the cell is empty", row=1, field="text", mend="Fill it.")
    assert error.at("a.csv", 2) is error
    assert (error.file, error.row, error.field, error.mend) == ("a.csv", 2, "text", "Fill it.")
    assert (error.at().file, error.at(row=3).row) == ("a.csv", 3)


def test_an_option_is_called_an_option():
    assert str(ConfigError("too small", field="r")) == "option 'r': too small"


def test_json_holds_every_part():
    error = CrosstaskError("wrong", file="a.csv")
    assert error.to_json() == {
        "kind": "error",
        "message": "wrong",
        "file": "a.csv",
        "row": None,
        "field": None,
        "mend": None,
    }


def test_an_interruption_passes_by_those_who_catch_errors():
    def train_in_a_library():
        try:
            raise Interrupted(saved="runs/a")
        except Exception:
            return "taken for an error"

    with pytest.raises(Interrupted) as caught:
        train_in_a_library()
    assert (caught.value.saved, caught.value.resume) == ("runs/a", None)


def test_the_nearest_names_are_named_or_all():
    assert nearest("gradul", ["full", "gradual"]) == "Did you mean gradual?"
    assert nearest("zzz", ["full", "gradual"]) == "Known: full, gradual."
    assert nearest("zzz", []) == "None is known."
