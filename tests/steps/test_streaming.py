"""Texts as they are written: in Python piece by piece, at a terminal bit by bit, through a pipe as JSON lines."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import crosstask
from bundles import REVIEWS, random_bundle
from crosstask.cli import main
from crosstask.cli.stdout import write_pieces
from crosstask.errors import ConfigError, InputError
from crosstask.serving.bundle import Bundle
from crosstask.tasks.kinds.generation import Generation

Run = Callable[..., Any]
TEXTS = ("is it late", "饭菜很好", "a good film")
LONG = "a very good film " * 40

on_unix = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")


@pytest.fixture(scope="module")
def written(tiny_decoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of an untrained bundle that writes bytes at random, by its way of decoding."""
    made: dict[str, Path] = {}

    def bundle(decoding: str) -> Path:
        if decoding not in made:
            folder = tmp_path_factory.mktemp("writes") / "bundle"
            made[decoding] = random_bundle(tiny_decoder, folder, {"notes": Generation()}, way=f"lm:{decoding}")
        return made[decoding]

    return bundle


@pytest.fixture
def folder(written: Callable[[str], Path]) -> Path:
    return written("max_new_tokens=30")


@pytest.fixture
def bundle(folder: Path) -> Bundle:
    return crosstask.load(folder, "cpu")


@pytest.mark.parametrize("decoding", ["", ",temperature=1.0", ",beams=2"])
def test_pieces_joined_are_the_text_of_predict(decoding: str, written: Callable[[str], Path]) -> None:
    bundle = crosstask.load(written(f"max_new_tokens=30{decoding}"), "cpu")
    streamed = [list(bundle.stream(text)) for text in (*TEXTS, LONG)]
    for pieces, text in zip(streamed, (*TEXTS, LONG), strict=True):
        assert "".join(pieces).strip() == bundle.predict(text)[0].text
    assert (max(map(len, streamed)) > 10) == ("beams" not in decoding)


def test_what_was_learned_is_streamed(taught: Callable[[str], Any]) -> None:
    for name in ("generation", "generation, LoRA", "dialogues"):
        bundle = crosstask.load(taught(name).bundle, "cpu")
        for text in TEXTS:
            assert "".join(bundle.stream(text)).strip() == bundle.predict(text)[0].text


def test_one_row_is_streamed_in_any_form(bundle: Bundle) -> None:
    expected = list(bundle.stream(TEXTS[0]))
    assert list(bundle.stream([{"source": TEXTS[0]}])) == expected
    with pytest.raises(InputError, match="2 rows are given"):
        bundle.stream(TEXTS[:2])
    with pytest.raises(InputError, match="the text is missing"):
        bundle.stream(" ")


def test_labels_are_not_streamed(tiny_checkpoint: Path, tmp_path: Path) -> None:
    bundle = crosstask.load(random_bundle(tiny_checkpoint, tmp_path / "a", {"reviews": REVIEWS}), "cpu")
    with pytest.raises(ConfigError, match="no task of writing texts"):
        bundle.stream("a good film")


@contextmanager
def terminal() -> Iterator[tuple[int, list[bytes]]]:
    """A pseudo-terminal's file descriptor, and what has been written to it; all of it once the context is closed."""
    master, slave = os.openpty()
    shown: list[bytes] = []
    reader = Thread(target=_read, args=(master, shown))
    reader.start()
    try:
        yield slave, shown
    finally:
        os.close(slave)
        reader.join()
        os.close(master)


def _read(master: int, shown: list[bytes]) -> None:
    try:
        while part := os.read(master, 4096):
            shown.append(part)
    except OSError:  # the other end is closed
        return


def at_a_terminal(*line: object) -> tuple[int, str]:
    """The exit code of a command line whose standard output is a terminal, and what stands there."""
    with (
        terminal() as (place, shown),
        os.fdopen(place, "w", encoding="utf-8", closefd=False) as out,
        redirect_stdout(out),
    ):
        code = main([str(word) for word in line])
    return code, b"".join(shown).decode().replace("\r\n", "\n")


@on_unix
def test_a_terminal_shows_the_text_as_it_is_written(folder: Path, bundle: Bundle, tmp_path: Path) -> None:
    expected = io.StringIO()
    write_pieces((f"{''.join(bundle.stream(text))}\n" for text in TEXTS), expected)
    assert at_a_terminal("predict", folder, *TEXTS) == (0, expected.getvalue())
    file = tmp_path / "more.jsonl"
    file.write_text("".join(json.dumps({"source": text}) + "\n" for text in TEXTS), encoding="utf-8")
    assert at_a_terminal("predict", folder, "--input", file) == (0, expected.getvalue())


def test_each_piece_is_shown_at_once_and_no_control_character_is_obeyed() -> None:
    class Screen(io.StringIO):
        seen: list[str]

        def flush(self) -> None:
            self.seen.append(self.getvalue())

    screen = Screen()
    screen.seen = []
    write_pieces(["夜", "\tab\n", "\x1b[2J\r\x9b"], screen)
    assert screen.seen == ["夜", "夜\tab\n", "夜\tab\n\\x1b[2J\\x0d\\x9b"]


@on_unix
def test_json_at_a_terminal_is_json(folder: Path, run_cli: Run) -> None:
    code, shown = at_a_terminal("predict", folder, *TEXTS, "--json")
    assert code == 0
    assert shown == run_cli("predict", folder, *TEXTS, "--json").stdout


def test_a_pipe_gets_json_lines(folder: Path, bundle: Bundle, run_cli: Run) -> None:
    answer = run_cli("predict", folder, *TEXTS)
    assert answer.code == 0
    assert answer.lines == [found.to_json() for found in bundle.predict(TEXTS)]


def test_a_file_is_read_once(folder: Path, run_cli: Run, tmp_path: Path) -> None:
    file = tmp_path / "more.csv"
    file.write_text("source\nis it late\n", encoding="utf-8")
    answer = run_cli("predict", folder, "--input", file)
    assert (answer.code, answer.stderr) == (0, "more: columns source=source (detected)\n")


@on_unix
def test_what_is_cut_is_told_at_a_terminal_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert at_a_terminal("predict", folder, TEXTS[0], LONG)[0] == 0
    assert "50.0% of the rows are cut to 256 tokens" in capsys.readouterr().err


@on_unix
def test_a_wrong_row_at_a_terminal_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = at_a_terminal("predict", folder, TEXTS[0], " ")
    assert (code, shown.count("\n") >= 1) == (2, True)
    assert capsys.readouterr().err == "crosstask: row 2: is empty. Give one text or one JSON object a line.\n"


UNDER_CONTROL = """
import os, signal, sys
from crosstask.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
os.open(os.ttyname(0), os.O_RDWR)  # a session's first terminal controls it: Ctrl-C there is a signal
sys.exit(main(sys.argv[1:]))
"""


@on_unix
def test_ctrl_c_in_between_ends_it_without_a_traceback(written: Callable[[str], Path]) -> None:
    folder = written("max_new_tokens=200,temperature=1.0")
    master, slave = os.openpty()
    command = [sys.executable, "-c", UNDER_CONTROL, "predict", str(folder), *[f"{TEXTS[0]} {row}" for row in range(99)]]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    shown = [os.read(master, 1)]
    os.write(master, b"\x03")
    _read(master, shown)
    os.close(master)
    assert process.wait() == 130
    text = b"".join(shown).decode(errors="replace")
    assert text.endswith("crosstask: interrupted\r\n")
    assert "Traceback" not in text
    assert text.count("\n") < 99
