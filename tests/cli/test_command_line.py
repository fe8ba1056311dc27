"""The contract of the command line: options, answers, exit codes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from crosstask.command import command_line

pytestmark = pytest.mark.usefixtures("outsider")


def test_fields_become_options_with_the_defaults_of_the_step(run_cli):
    answer = run_cli("echo", "first", "--json")
    assert answer.code == 0
    assert answer.record == {
        "name": "first",
        "tasks": [],
        "labels_per_class": None,
        "shuffle": True,
        "test": False,
        "pooling": "mean",
        "tint": {"name": "plain", "depth": 0},
        "out": None,
        "seed": 0,
        "device": "auto",
        "nan": None,
    }


def test_every_kind_of_option_is_understood(run_cli):
    line = ["echo", "first", "a.csv", "b.csv:text=review", "--labels-per-class", 16, "--no-shuffle", "--test"]
    answer = run_cli(*line, "--pooling=cls", "--tint", "plain:depth=3", "--out", "runs/a", "--seed=5", "--json")
    assert answer.record["tasks"] == ["a.csv", "b.csv:text=review"]
    assert answer.record["labels_per_class"] == 16
    assert (answer.record["shuffle"], answer.record["test"]) == (False, True)
    assert answer.record["pooling"] == "cls"
    assert answer.record["tint"] == {"name": "plain", "depth": 3}
    assert answer.record["out"] == "runs/a"
    assert answer.record["seed"] == 5


def test_without_json_people_read_standard_error_and_standard_output_stays_empty(run_cli):
    answer = run_cli("echo", "first")
    assert (answer.code, answer.stdout) == (0, "")
    assert "note of first" in answer.stderr
    assert "labels_per_class" in answer.stderr


def test_what_libraries_print_stays_off_standard_output(run_cli):
    answer = run_cli("echo", "first", "--json")
    assert "noise" not in answer.stdout
    assert "noise of a library" in answer.stderr


def test_a_dry_run_only_plans(run_cli):
    answer = run_cli("echo", "first", "--dry-run", "--json")
    assert answer.record == {"plan": {"actions": ["echo first"], "seconds": 2, "memory": 2**20}}
    assert "noise" not in answer.stderr
    assert "1 MiB" in run_cli("echo", "first", "--dry-run").stderr


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (["echo", "a", "--sede", "3"], "unknown option: --sede. Did you mean --seed?"),
        (["ecoh", "a"], 'Did you mean "echo"?'),
        (["echo"], "--name requires an argument"),
        (["echo", "a", "--labels-per-class"], "--labels-per-class requires an argument"),
        (["echo", "a", "--labels-per-class", "some"], 'value for --labels-per-class: "some" is no whole number. See'),
        (["echo", "a", "--labels-per-class", "2.5"], '"2.5" is no whole number. See crosstask echo --help.'),
        (["echo", "a", "--labels-per-class", "0"], "option 'labels_per_class': cannot be 0. It should be"),
        (["echo", "a", "--pooling", "max"], 'invalid value "max" for --pooling. Choose from: "mean", "cls".'),
        (["echo", "a", "--tint", "plane"], "option 'tint': no tint is called 'plane'. Did you mean plain?"),
        (["echo", "a", "--tint", "plain:dept=3"], "option 'tint': plain has no option 'dept'. Did you mean depth?"),
        (["echo", "a", "--device", "tpu"], "option 'device': cannot be 'tpu'. A device is auto, "),
        (["echo", "a", "--no-test"], "unknown option: --no-test"),
    ],
)
def test_a_wrong_line_ends_with_2_and_one_line_that_names_the_option_and_the_mend(run_cli, line, says):
    answer = run_cli(*line)
    assert (answer.code, answer.stdout) == (2, "")
    assert answer.stderr.startswith("crosstask: ")
    assert answer.stderr.count("\n") == 1
    assert says in answer.stderr


def test_a_wrong_option_is_an_error_object_with_json(run_cli):
    answer = run_cli("echo", "a", "--sede", "3", "--json")
    assert answer.code == 2
    assert answer.record["error"]["kind"] == "config"
    assert answer.record["error"]["mend"] == "Did you mean --seed?"


def test_json_behind_the_double_dash_is_data(run_cli):
    answer = run_cli("echo", "--sede", "--", "--json")
    assert (answer.code, answer.stdout) == (2, "")


def test_a_user_mistake_is_one_line_with_file_row_field_and_mend(run_cli):
    answer = run_cli("fail", "input", "--json")
    assert answer.code == 2
    assert answer.stderr == "crosstask: a.csv, row 3, field 'label': the label is null. Give a label.\n"
    assert answer.record["error"] == {
        "kind": "input",
        "message": "the label is null",
        "file": "a.csv",
        "row": 3,
        "field": "label",
        "mend": "Give a label.",
    }


def test_a_bug_shows_its_traceback_and_ends_with_1(run_cli):
    answer = run_cli("fail", "somehow", "--json")
    assert answer.code == 1
    assert "Traceback" in answer.stderr
    assert answer.record["error"]["kind"] == "bug"
    assert answer.record["error"]["message"] == "ValueError: unforeseen somehow"


def test_an_interruption_names_what_was_saved_and_the_command_that_goes_on(run_cli):
    answer = run_cli("fail", "saved", "--json")
    assert answer.code == 130
    assert "runs/a: interrupted" in answer.stderr
    assert f"Go on with: {command_line('fail', 'saved', '--json')}" in answer.stderr
    assert answer.record["error"]["kind"] == "interrupted"
    assert answer.record["error"]["file"] == "runs/a"


def test_a_termination_is_an_interruption(spawn_cli):
    answer = spawn_cli("fail", "terminated")
    assert (answer.code, answer.stderr) == (130, "crosstask: interrupted\n")


def test_lines_are_utf_8_json_whatever_the_locale(spawn_cli):
    answer = spawn_cli("fail", "lines", env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "latin-1"})
    assert answer.code == 0
    assert len(answer.lines) == 100_000
    assert answer.lines[-1] == {"number": 99_999, "text": "ü\ud800"}


def test_a_reader_that_leaves_ends_it_quietly():
    command = [sys.executable, "-m", "crosstask", "fail", "lines"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ) as running:
        assert running.stdout.readline().startswith(b'{"number": 0')
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141


def test_help_shows_defaults_choices_and_what_every_command_knows(run_cli):
    answer = run_cli("echo", "--help")
    text = " ".join(answer.stdout.replace("│", " ").split())
    assert answer.code == 0
    assert "crosstask echo" in text
    assert "[default: mean]" in text
    assert "warm: A warm tint" in text
    assert "--no-shuffle" in text
    assert "--dry-run" in text
    assert "A second paragraph that is long enough for two lines." in text


def test_the_list_of_commands_has_a_line_for_each(run_cli):
    text = run_cli("--help").stdout
    assert "echo" in text
    assert "from outside_verbs:Fail" in text
    assert run_cli().stdout == text


def test_the_version_is_printed(run_cli):
    from crosstask import __version__

    assert run_cli("--version").stdout.strip() == __version__
