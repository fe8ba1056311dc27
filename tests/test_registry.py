"""Rooms of methods: listed by file name, imported when asked for, made from strings, mappings and objects."""

from __future__ import annotations

import importlib
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crosstask.errors import ConfigError, NotFound
from crosstask.method import Method
from crosstask.registry import Registry, class_name, parse_spec

GRADUAL = '''"""Unfreeze from the top down.

More words.
"""
from crosstask.method import Method


class Gradual(Method):
    """Unfreeze from the top down."""

    every: int = 1
    rate: float = 0.5
'''


@pytest.fixture
def room(tmp_path, monkeypatch):
    package = tmp_path / "a_room"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "gradual.py").write_text(GRADUAL)
    (package / "low_rank.py").write_text(GRADUAL.replace("Gradual", "LowRank"))
    (package / "broken.py").write_text('"""It cannot be imported."""\nimport no_such_framework\n')
    (package / "_hidden.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    yield Registry("tuning", "a_room", "outside.none")
    for name in [name for name in sys.modules if name.partition(".")[0] == "a_room"]:
        del sys.modules[name]


def test_names_are_the_files_and_nothing_is_imported(room):
    assert room.names() == ("broken", "gradual", "low_rank")
    assert room.summaries()["gradual"] == "Unfreeze from the top down."
    assert "a_room.gradual" not in sys.modules


def test_the_class_is_the_name_in_capitals(room):
    assert room.get("low_rank") is importlib.import_module("a_room.low_rank").LowRank


def test_a_string_a_mapping_and_the_object_make_the_same(room):
    from_string = room.make("gradual:every=3,rate=0.25")
    assert from_string.config() == {"name": "gradual", "every": 3, "rate": 0.25}
    assert room.make({"name": "gradual", "every": 3, "rate": 0.25}) == from_string
    assert room.make(from_string) is from_string
    assert room.make(from_string.config()) == from_string


def test_an_unknown_name_names_the_nearest(room):
    with pytest.raises(NotFound, match="no tuning is called 'gradul'. Did you mean gradual?"):
        room.make("gradul")
    with pytest.raises(NotFound, match="Known: broken, gradual, low_rank."):
        room.make({"every": 3})


words = st.from_regex(r"[a-z][a-z0-9]+(_[a-z][a-z0-9]+){0,2}", fullmatch=True)


@given(words)
def test_the_name_of_a_file_is_that_of_its_class_and_its_method(name):
    assert type(class_name(name), (Method,), {}).method_name() == name


def test_a_name_may_hold_digits(tmp_path, room):
    (tmp_path / "a_room" / "l2sp.py").write_text(GRADUAL.replace("Gradual", "L2sp"))
    assert room.make("l2sp:every=2").config() == {"name": "l2sp", "every": 2, "rate": 0.5}


def test_an_object_of_another_room_is_refused(room):
    class Gradual(Method):
        """Of a registered name, and yet another class."""

    class Unheard(Method):
        """Of no registered name."""

    for spec in (Gradual(), Unheard(), Gradual, room.get("gradual")):
        with pytest.raises(ConfigError, match="is no tuning") as caught:
            room.make(spec)
        assert caught.value.mend == "Known: broken, gradual, low_rank."


def test_what_is_no_method_is_refused(room):
    with pytest.raises(ConfigError, match="3 is no tuning"):
        room.make(3)


@pytest.mark.parametrize("spec", ["gradual:every", "gradual:every=1,=2", "gradual:every=1,rate"])
def test_an_option_without_a_value_is_refused(room, spec):
    with pytest.raises((ConfigError, NotFound)):
        room.make(spec)


names = st.from_regex(r"[a-z]\w{0,8}", fullmatch=True)
option_values = st.text(st.characters(exclude_characters=",", codec="utf-8"), max_size=8)


@given(names, st.dictionaries(names, option_values, min_size=1))
def test_a_spec_is_read_back_as_it_was_written(name, options):
    written = name + ":" + ",".join(f"{key}={value}" for key, value in options.items())
    assert parse_spec(written) == (name, options)


@pytest.mark.parametrize("name", ["sample:tweets", "C:/a.csv", "hub:imdb", "a.csv"])
def test_a_colon_without_a_key_belongs_to_the_name(name):
    assert parse_spec(name) == (name, {})


def test_what_other_packages_add_is_read_once_for_a_path(room, tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr("crosstask.registry.entry_points", lambda group: asked.append(group) or ())
    assert [room.names() for _ in range(3)] == [("broken", "gradual", "low_rank")] * 3
    assert len(asked) <= 1
    monkeypatch.syspath_prepend(tmp_path / "more")
    room.names()
    assert asked[-1:] == ["outside.none"]
