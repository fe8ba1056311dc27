"""The command `crosstask`: understand the line, perform the step, answer, and end with the exit code that tells how."""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Sequence

from crosstask.cli import stdout
from crosstask.command import command_line
from crosstask.errors import CrosstaskError, Interrupted

DONE, BUG, INPUT_AT_FAULT, INTERRUPTED, READER_GONE = 0, 1, 2, 130, 141


class _Bug(CrosstaskError):
    kind = "bug"


class _Stopped(CrosstaskError):
    kind = "interrupted"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code.

    0 done; 1 a bug, with a traceback; 2 the input is at fault, with one line; 130 interrupted, with what was saved and
    how to go on; 141 the reader of standard output has gone.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    stdout.speak_utf8()
    try:
        return _run(given)
    except BrokenPipeError:
        stdout.abandon()
        return READER_GONE


def _run(given: list[str]) -> int:
    from crosstask.cli.parse import wants_json

    json = wants_json(given)
    try:
        _answer(given)
    except BrokenPipeError:
        raise
    except CrosstaskError as error:
        return _fail(INPUT_AT_FAULT, error, json=json)
    except KeyboardInterrupt as stop:
        return _fail(INTERRUPTED, _stopped(stop, given), json=json)
    except Exception as error:
        traceback.print_exc()
        bug = _Bug(
            f"{type(error).__name__}: {error}", mend="This is a bug in crosstask: please report the lines above."
        )
        return _fail(BUG, bug, json=json)
    return DONE


def _answer(given: list[str]) -> None:
    from crosstask.cli.parse import parse
    from crosstask.terminal import Terminal

    call = parse(given)
    if call is None:
        return
    ui = Terminal()
    with stdout.reserved() as out:
        result = call.step.perform(ui, dry_run=call.dry_run)
        if result.pieces is not None and out.isatty() and not call.json:
            stdout.write_pieces(result.pieces, out)
        else:
            stdout.write_lines(result.lines or (), out)
    if not call.json:
        result.show(ui)
    elif result.lines is None:
        stdout.write(result.record, sys.stdout)


def _stopped(stop: KeyboardInterrupt, given: list[str]) -> CrosstaskError:
    if not isinstance(stop, Interrupted) or stop.saved is None:
        return _Stopped("interrupted")
    command = stop.resume or command_line(*given)
    return _Stopped("interrupted, and what was done is saved", file=stop.saved, mend=f"Go on with: {command}")


def _fail(code: int, error: CrosstaskError, *, json: bool) -> int:
    print(f"crosstask: {error}", file=sys.stderr)  # noqa: T201  # the one line that people read
    if json:
        stdout.write({"error": error.to_json()}, sys.stdout)
    return code
