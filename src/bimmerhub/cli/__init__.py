"""The bimmerhub command line: one module per command; here they are put together and errors become exit codes."""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from bimmerhub import __version__
from bimmerhub.cli.commands import COMMANDS
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.log_lines import log_to_stderr
from bimmerhub.cli.printing.output import open_terminal, print_lines, say, with_hint
from bimmerhub.cli.printing.usage_line import write_usage_plainly
from bimmerhub.errors import BimmerhubError, BmwUnavailable, QuotaSpent, RateLimited, SignInRequired

EXIT_CODES: tuple[tuple[type[BimmerhubError], int], ...] = (
    (WrongUsage, 2),
    (SignInRequired, 3),
    (QuotaSpent, 4),
    (BmwUnavailable, 5),
    (RateLimited, 5),
    (BimmerhubError, 1),
)
INTERRUPTED = 130
COMPLETION = "_BIMMERHUB_COMPLETE"
"""The variable by which a shell asks for completion."""

_WITH_VALUE = {"--config": "FILE", "--data-dir": "DIR", "--account": "NAME"}
_FLAGS = ("-v", "--verbose")


def build_app(*commands: str) -> typer.Typer:
    """Return the command line with these commands complete, and all others by name and one line of help only.

    Nothing is imported but the modules of `commands`: that is most of the time that a command takes to start.
    """
    app = typer.Typer(
        name="bimmerhub",
        help="One connection to BMW, every value kept, handed to you and your tools. Not affiliated with BMW AG.",
        epilog="The options above may stand anywhere on the line.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_take_options)
    complete = dict.fromkeys(COMMANDS[name][0] for name in commands)
    for name, (module, summary) in COMMANDS.items():
        if module not in complete:
            app.command(name, help=summary)(_only_listed)
    for module in complete:
        import_module(f"bimmerhub.cli.commands.{module}").add_to(app)
    write_usage_plainly(app)
    return app


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 done, 1 failed, 2 wrong usage, 3 sign in, 4 quota spent, 5 BMW unavailable."""
    open_terminal()
    _leave_no_core()
    try:
        options, rest = split_options(sys.argv[1:] if arguments is None else arguments)
        command = next((word for word in [*_completed_words(), *rest] if word != "--"), "")
        commands = [command] if command in COMMANDS else []
        build_app(*commands)([*options, *rest], prog_name="bimmerhub")
    except BimmerhubError as error:
        sys.exit(report(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.exit(0)


def _leave_no_core() -> None:
    """Let a crash leave no image of the memory on the disk: passwords and tokens are in it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def _completed_words() -> list[str]:
    """Return the words of the line that a shell wants completed, none when this is no such question.

    They are in variables, which differ by shell; options that every command takes are left out.
    """
    if COMPLETION not in os.environ:
        return []
    words = (os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or "").split()
    try:
        return split_options(words[1:])[1]
    except WrongUsage:  # it ends with an option whose value is still to come
        return []


def report(error: BimmerhubError) -> int:
    """Print what happened and what to do on stderr; return the exit code."""
    say(f"bimmerhub: {with_hint(str(error), error.hint)}")
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


def split_options(line: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the options that every command takes, wherever they stood, and the rest of the line.

    What follows `--` stays as it is. WrongUsage for an option without its value at the end of the line.
    """
    options: list[str] = []
    rest: list[str] = []
    words = iter(line)
    for word in words:
        if word == "--":
            return options, [*rest, word, *words]
        if word in _WITH_VALUE:
            value = next(words, None)
            if value is None:
                raise WrongUsage(f"{word} needs a value", hint=f"{word} {_WITH_VALUE[word]}")
            options += [word, value]
        elif word in _FLAGS or word.startswith(tuple(f"{name}=" for name in _WITH_VALUE)):
            options.append(word)
        else:
            rest.append(word)
    return options, rest


def _only_listed() -> None:
    """Stand for a command in the list of all; the line that names it runs the command itself."""


def _print_version(is_wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if is_wanted:
        print_lines([__version__])
        raise typer.Exit


def _take_options(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    config: Annotated[Path | None, typer.Option(help="Settings file to read.", show_default=False)] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Directory with all data.", show_default=False)] = None,
    account: Annotated[str | None, typer.Option(help="Account to work on.", show_default=False)] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more on stderr.")] = False,  # noqa: FBT002 - typer
    version: Annotated[  # noqa: ARG001, FBT002 - typer; its callback does the work
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None:
    context.obj = Options(config_file=config, data_dir=data_dir, account=account, verbose=verbose)
    log_to_stderr(is_verbose=verbose)
