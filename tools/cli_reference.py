"""Write docs/reference/cli.md from the command line itself: python -m tools.cli_reference.

The words before and after the commands are here; those of the commands are their help texts, in src/bimmerhub/cli.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.main import get_command

from bimmerhub.cli import build_app
from bimmerhub.cli.commands import COMMANDS

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "cli.md"

BEGINNING = """\
# Command line

<!-- Written by `python -m tools.cli_reference` from the help texts: change those. -->

Results go to stdout, everything else to stderr. Every command that reads has `--json`: one JSON document, the very one
that the [API](api.md) gives for the same thing; `watch --json` prints one object a line.

**Where a command reads from.** The hub that runs on the data directory is asked. When none runs, the database is read.
When there is neither, and no `--data-dir` names a place, a running `bimmerhub demo` is asked, and a line on stderr says
so. Commands that change something (`login`, `logout`, `import`, `quarantine release`, `containers` ...) go through the
running hub of the data directory, and never to a demo unless `--data-dir` names it.

**A vehicle** is named by its VIN or the end of it, and need not be named when there is only one. With `--account` the
commands `vehicles`, `status`, `history`, `coverage`, `watch` and `quota` leave all other accounts' cars and calls out;
whose a car is, the hub learns with the account's first REST calls.

**Times** in tables are in the zone of this machine where the column says "local time". Those that end in Z are UTC, and
so are all with `--json` and `--csv`. A date or time that you give without a zone is local; to the API it is UTC.

**Words of others** (BMW's, a car's, those in a file, a name that somebody gave) are printed on one line, without
control, bidirectional and invisible characters. JSON has them exactly, such characters escaped. In CSV they are on one
line too, and text that a spreadsheet would take for a formula begins with `'`; take JSON where every character counts.

**Drivetrains** are BMW's words: BEV (electric), PHEV (plug-in hybrid), MHEV (mild hybrid) and CONV (petrol or diesel,
as the page says). BMW's catalogue of descriptors says ICE where a car is CONV; `catalogue --drivetrain` takes both.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed; the message says why and what to do |
| 2 | wrong usage: also a vehicle, account or time that is not known, or a line that does not say which of several |
| 3 | sign in (again) |
| 4 | the day's quota is spent |
| 5 | BMW is unavailable |
"""

Command = Any
"""A click command, or one of its parameters; which module defines these classes depends on the version of typer."""


def render() -> str:
    """Return the page."""
    root = get_command(build_app(*COMMANDS))
    commands = [(f"bimmerhub {name}", command) for name in COMMANDS for command in [_children(root)[name]]]
    every = [entry for name, command in commands for entry in _with_children(name, command)]
    listed = [
        "| command | what it does |",
        "|---|---|",
        *(f"| `{name}` | {_first(command)} |" for name, command in every),
    ]
    anywhere = ["## Options of every command", "", "They may stand anywhere on the line.", "", *_parameters("", root)]
    sections = [line for name, command in every for line in _section(name, command)]
    return "\n".join([BEGINNING, *listed, "", *anywhere, *sections]).rstrip() + "\n"


def _with_children(name: str, command: Command) -> Iterator[tuple[str, Command]]:
    yield name, command
    for child, below in _children(command).items():
        yield from _with_children(f"{name} {child}", below)


def _children(command: Command) -> dict[str, Command]:
    return dict(getattr(command, "commands", {}))


def _first(command: Command) -> str:
    return _help(command).split("\n\n", maxsplit=1)[0]


def _help(command: Command) -> str:
    """Return the help text without the backslashes that are for the terminal."""
    return str(command.help).replace("\\[", "[")


def _section(name: str, command: Command) -> list[str]:
    arguments = [_argument(parameter) for parameter in command.params if _is_argument(parameter)]
    below = ["COMMAND ..."] if _children(command) else []
    usage = " ".join([name, "[OPTIONS]", *arguments, *below])
    return [f"## {name}", "", f"`{usage}`", "", _help(command), "", *_parameters(name, command)]


def _parameters(name: str, command: Command) -> list[str]:
    """Return a table of the arguments and options, nothing when there are none."""
    context = typer.Context(command, info_name=name)
    rows = []
    for parameter in command.params:
        names = _argument(parameter) if _is_argument(parameter) else _option(parameter)
        _, words = parameter.get_help_record(context) or ("", "")
        rows.append(f"| `{_cell(names)}` | {_cell(words)} |")
    return ["| argument or option | meaning |", "|---|---|", *rows, ""] if rows else []


def _is_argument(parameter: Command) -> bool:
    return str(parameter.param_type_name) == "argument"


def _argument(parameter: Command) -> str:
    name = parameter.metavar or parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _option(parameter: Command) -> str:
    names = ", ".join(sorted(parameter.opts, key=len)) + "".join(f" / {name}" for name in parameter.secondary_opts)
    return names if parameter.is_flag else f"{names} VALUE"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), "utf-8")
    print(f"{PAGE}: written")


if __name__ == "__main__":
    main()
