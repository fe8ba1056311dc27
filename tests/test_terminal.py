"""What people see: plain in a log, live on a terminal."""

from __future__ import annotations

import re

import pytest

from crosstask.terminal import Terminal


@pytest.fixture
def watched(monkeypatch):
    """A terminal on which a person watches."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)


def test_a_note_is_one_line_however_long_and_no_markup(capsys):
    Terminal().note("[red]" + "long " * 100)
    assert capsys.readouterr().err == "[red]" + "long " * 100 + "\n"


def test_a_table_shows_its_cells_as_they_are(capsys):
    Terminal().table("scores [0]", [("way", "accuracy", "rows"), ("direct", 0.8294, 600), ("[b]", 0.9, 7)])
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "scores [0]" in seen.err
    assert "0.829" in seen.err
    assert "[b]" in seen.err


@pytest.mark.parametrize("name", ["row", "a_name_of_a_task_in_a_folder_of_a_long_name/train"])
def test_in_a_narrow_terminal_nothing_is_lost(watched, capsys, monkeypatch, name):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    words = "a text of many words that has to be folded into several lines"
    Terminal().table(f"title of {words}", [("from", "to", "similarity", "text"), (name, name, 0.5, words)])
    lines = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().err).splitlines()
    assert max(map(len, lines)) <= 60
    assert "".join(lines[:2]).replace(" ", "") == f"title of {words}".replace(" ", "")
    body = next(at for at, line in enumerate(lines) if "0.500" in line)
    assert "…" not in "".join(lines)
    assert all(word in " ".join(lines[body:]) for word in words.split())


def test_a_log_holds_no_control_characters_and_the_last_line_of_each_progress(capsys):
    ui = Terminal()
    with ui.progress("training", 200) as bar:
        for step in range(200):
            bar.advance(loss=1 / (step + 1), rate="9 tokens/s")
    seen = capsys.readouterr().err
    assert "\x1b" not in seen
    assert "\r" not in seen
    assert seen.splitlines()[-1] == "training: 100% [0:00], loss 0.005, rate 9 tokens/s"
    assert len(seen.splitlines()) < 20


def test_a_terminal_shows_a_live_bar_with_its_facts(watched, capsys):
    ui = Terminal()
    with ui.progress("draws", 2) as draws:
        for _ in range(2):
            with ui.progress("training", 10) as bar:
                ui.note("a note in between")
                for _ in range(10):
                    bar.advance(loss=0.25)
            draws.advance()
    seen = capsys.readouterr().err
    assert "\x1b[" in seen
    assert "training" in seen
    assert "loss 0.250" in seen
    assert "100%" in seen
    assert seen.count("a note in between") == 2


def test_no_color_is_respected(watched, capsys, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    with Terminal().progress("training", 2) as bar:
        bar.advance(2)
    assert "\x1b[3" not in capsys.readouterr().err


def test_a_bar_of_unknown_length_still_counts(capsys, monkeypatch):
    monkeypatch.setattr("crosstask.terminal.LOG_EVERY", 0.0)
    with Terminal().progress("reading", None) as bar:
        bar.advance(3)
        bar.advance(4)
    assert capsys.readouterr().err.splitlines() == ["reading: 3", "reading: 7"]


def test_what_texts_hold_cannot_move_the_cursor(capsys):
    ui = Terminal()
    ui.note("a \x1b[31mred\x07 text")
    ui.table("labels", [("label", "rows"), ("\x1b[2Jgone", 3)])
    seen = capsys.readouterr().err
    assert "\x1b" not in seen
    assert r"a \x1b[31mred\x07 text" in seen
    assert r"\x1b[2Jgone" in seen


def test_what_takes_no_time_needs_no_line_in_a_log(capsys):
    with Terminal().progress("rows", 3) as bar:
        bar.advance(3)
    assert capsys.readouterr().err == ""
