"""The line 'Usage: ...' of a command, with its arguments as the documentation and the messages write them."""

import re
from typing import Any, Final

import typer
from typer.core import TyperCommand
from typing_extensions import override

_REQUIRED: Final = re.compile(r"\{([^{}]*)\}")


class _Command(TyperCommand):
    """A command whose usage says VIN and FILES... where typer says {VIN} and {files}...."""

    @override
    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [_REQUIRED.sub(lambda found: found[1].upper(), piece) for piece in super().collect_usage_pieces(ctx)]


def write_usage_plainly(app: typer.Typer) -> None:
    """Let all commands of an app, and of the groups in it, write their usage so."""
    for command in app.registered_commands:
        command.cls = _Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            write_usage_plainly(group.typer_instance)
