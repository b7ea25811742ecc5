"""`bimmerhub call FAMILY OPERATION`: any operation of any of BMW's interfaces."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bimmerhub.cli.calling.completion import CallCommand, complete_words
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import ask, say
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.cli.calling.line import Call
    from bimmerhub.views.calls import CallOutcomeAnswer

HELP = """\
Call any operation of any of BMW's interfaces, with sign-in, headers and region filled in.

FAMILY is cardata, iremote, connecteddrive, mybmw, mygarage or inventory; without OPERATION its operations are listed
with their parameters. A parameter is an option of that name: --vin VIN, --service LIGHT_FLASH. Of a car the end of the
VIN will do, and of an only car nothing. @FILE takes a value from a file, @- from standard input.

BMW's answer is printed as it came, and nothing is stored. What changes something asks first, is sent once and is in
the audit; opening a car is refused until `bimmerhub vehicles allow-opening` allows it. Of CarData each call is one of
the day's quota."""

_COMMAND: Final = "bimmerhub command VIN lock|lights|…, which follows what becomes of it"
_POI: Final = "bimmerhub command VIN poi PLACE"
BETTER: Final = {
    "execute-service": _COMMAND,
    "rs-execute": _COMMAND,
    "execute": _COMMAND,
    "command-v2": _COMMAND,
    "command-v3": _COMMAND,
    "command-v4": _COMMAND,
    "send-poi": _POI,
    "send-to-car-v1": _POI,
    "send-to-car-v2": _POI,
    "send-message": "bimmerhub command VIN message --text TEXT",
    "create-container": "bimmerhub containers create",
    "delete-container": "bimmerhub containers delete",
}
"""The command of ours that does what an operation does, with more care."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(cls=CallCommand, help=HELP, context_settings={"ignore_unknown_options": True})(call)


def call(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FAMILY] [OPERATION] [--PARAM VALUE]...",
            help="What to call, and its parameters.",
            autocompletion=complete_words,
            show_default=False,
        ),
    ] = None,
    raw: Annotated[
        str | None,
        typer.Option(
            "--raw",
            metavar="PATH",
            help="GET of a path, with its query, that no operation describes.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--dry-run", help="Print the request as a line for curl, secrets masked; send nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before something is changed.")] = False,  # noqa: FBT002 - typer
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help="Write the answer there; else a picture gets a name."),
    ] = None,
    json: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--json", help="Print the answer byte by byte as it came; of a list, JSON.")
    ] = False,
) -> None:
    """Call any operation of any of BMW's interfaces, with sign-in, headers and region filled in."""
    from bimmerhub.cli.calling.line import Call, check, parse_words, slips_of_the_line
    from bimmerhub.cli.calling.operation_lists import print_families, print_operations
    from bimmerhub.cli.calling.outcome import Printing, print_outcome
    from bimmerhub.hub.calls.operation_tables import operation_of, operations_of

    options: Options = context.obj
    named = parse_words(words or ())
    if named.family is None:
        print_families()
        return
    if named.operation is None and raw is None:
        with slips_of_the_line():
            print_operations(named.family, json=json)
        return
    if named.operation is not None and raw is not None:
        raise WrongUsage("--raw takes the place of the operation", hint=f"bimmerhub call {named.family} --raw {raw}")
    with slips_of_the_line():
        _ = operations_of(named.family)
        operation = None if named.operation is None else operation_of(named.family, named.operation)
    wanted = Call(
        options=options,
        family=named.family,
        operation=operation,
        path=raw,
        values=named.values,
        dry_run=dry_run,
        is_asked=not yes,
    )
    check(wanted)
    if out is not None and not out.parent.is_dir():
        raise WrongUsage(f"there is no folder {out.parent} to write into")
    _ask_first(wanted)
    print_outcome(_call(wanted), Printing(json=json, out=out, verbose=options.verbose))


def _call(wanted: "Call") -> "CallOutcomeAnswer":
    from bimmerhub.cli.calling.by_account import call_by_account
    from bimmerhub.cli.calling.without_account import call_without_account, needs_no_account, with_car

    return run(call_without_account(with_car(wanted)) if needs_no_account(wanted) else call_by_account(wanted))


def _ask_first(wanted: "Call") -> None:
    """Ask a person before something is changed; WrongUsage when they do not want it, or nobody is there."""
    operation = wanted.operation
    if operation is None or not operation.changes or wanted.dry_run:
        return
    if operation.name in BETTER:
        say(f"There is a command for this: {BETTER[operation.name]}.")
    if not wanted.is_asked:
        return
    if not sys.stdin.isatty():
        raise WrongUsage(f"{operation.name} asks a question, and nobody is there to answer", hint="Add --yes")
    what = "".join(f" {name}={wanted.values[name]}" for name in wanted.values if name in _shown(wanted))
    if not ask(f"Send '{operation.title}' ({operation.method} {operation.path}){what}?"):
        raise WrongUsage("nothing was sent")


def _shown(wanted: "Call") -> set[str]:
    """Return the parameters that a question names: BMW's own words, not what a person wrote."""
    return set() if wanted.operation is None else {param.name for param in wanted.operation.params if param.choices}
