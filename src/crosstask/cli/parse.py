"""A command line becomes a call, or one error that names the option and the mend."""

from __future__ import annotations

from collections.abc import Sequence

from cyclopts import App, CycloptsError

from crosstask import __version__
from crosstask.cli.call import Call
from crosstask.errors import ConfigError
from crosstask.steps import STEPS


def parse(arguments: Sequence[str]) -> Call | None:
    """The call that `arguments` ask for; None where help or the version was asked for, and printed."""
    try:
        call = _app()(list(arguments), result_action="return_value")
    except CycloptsError as error:
        raise complaint(error) from None
    return call if isinstance(call, Call) else None


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether `--json` is asked for, known even where the rest of the line is wrong."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def complaint(error: CycloptsError) -> ConfigError:
    """What cyclopts found wrong, as one error: its first sentence says what, the rest is the mend."""
    error.verbose = False
    message, _, hint = str(error).replace("\n", " ").rstrip().partition(". ")
    command = " ".join(["crosstask", *(error.command_chain or ())])
    message = message.rstrip(".")
    return ConfigError(message[0].lower() + message[1:], mend=hint or f"See {command} --help.")


def _app() -> App:
    app = App(
        name="crosstask",
        help="Cross-task learning and transfer with language models.",
        help_format="plaintext",
        version=__version__,
        exit_on_error=False,
        print_error=False,
        help_on_error=False,
    )
    for name, summary in STEPS.summaries().items():
        app.command(f"crosstask.cli.commands:command_{name}", name=name.replace("_", "-"), help=summary)
    return app
