"""What every verb keeps to: one more file in steps/ is tested at once."""

from __future__ import annotations

import ast
import inspect
import sys

import pytest

from crosstask.step import Step
from crosstask.steps import STEPS


@pytest.fixture(params=STEPS.names())
def verb(request) -> type[Step]:
    return STEPS.get(request.param)


def test_it_is_named_after_its_file(verb):
    assert issubclass(verb, Step)
    assert verb.__module__ == f"crosstask.steps.{verb.method_name()}"
    assert not inspect.isabstract(verb)


def test_the_list_and_the_help_say_the_same_of_it(verb):
    listed = STEPS.summaries()[verb.method_name()]
    assert listed == inspect.cleandoc(verb.__doc__).partition("\n\n")[0]
    assert len(listed) <= 100


def test_every_option_has_a_help_text(verb):
    assert not [name for name, field in verb.model_fields.items() if not field.description]
    assert not [name for name, field in verb.model_fields.items() if not field.description.endswith(".")]


def test_its_positional_options_are_fields(verb):
    assert set(verb.positional) <= set(verb.model_fields)


def test_no_option_takes_the_name_of_a_doors_own(verb):
    assert not {"dry_run", "json", "help", "version", "ui", "name"} & set(verb.model_fields)


def test_its_help_is_printed(verb, run_cli):
    answer = run_cli(verb.method_name().replace("_", "-"), "--help")
    assert (answer.code, answer.stderr) == (0, "")
    assert "Options of every command" in answer.stdout


def test_its_file_prints_nothing(verb):
    tree = ast.parse(inspect.getsource(sys.modules[verb.__module__]))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "print"]
