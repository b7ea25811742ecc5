"""The help of a command: its line 'Usage: ...', and paragraphs as wide as the terminal.

Arguments are written as the documentation and the messages write them.
"""

import inspect
import math
import re
from typing import Any, Final

import typer
from typer.core import TyperCommand
from typing_extensions import override

from bimmerhub.cli.context import WrongUsage

_REQUIRED: Final = re.compile(r"\{([^{}]*)\}")
_BREAK_IN_PARAGRAPH: Final = re.compile(r"(?<=\S)\n(?=\w)")
_BRACKET: Final = re.compile(r"\[(?=[a-z])")
"""What rich would take for the beginning of a style, and leave out: `[rest] limit`."""


class PlainCommand(TyperCommand):
    """A command whose usage says VIN and FILES... where typer says {VIN} and {files}...."""

    @override
    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        return [_REQUIRED.sub(lambda match: match[1].upper(), piece) for piece in super().collect_usage_pieces(ctx)]

    @override
    def invoke(self, ctx: Any) -> Any:
        """Run the command; WrongUsage for an option that is NaN or endless, which no range leaves out."""
        for name, value in ctx.params.items():
            if isinstance(value, float) and not math.isfinite(value):
                raise WrongUsage(f"--{name.replace('_', '-')} is {value}, which is no number", hint="Give it a number.")
        return super().invoke(ctx)


def write_usage_plainly(app: typer.Typer) -> None:
    """Let all commands of an app, and of the groups in it, write their usage and their paragraphs so.

    Each paragraph of a help is one line: typer would keep the source's line breaks beside those of the terminal. A
    bracket has a backslash before it: rich shows it then, and not the backslash.
    """
    for command in app.registered_commands:
        if command.cls is None or not issubclass(command.cls, PlainCommand):
            command.cls = PlainCommand
        command.help = _plain(command.help or inspect.getdoc(command.callback) or "")
    for group in app.registered_groups:
        if (instance := group.typer_instance) is not None:
            if isinstance(instance.info.help, str):
                instance.info.help = _plain(instance.info.help)
            write_usage_plainly(instance)


def _plain(text: str) -> str:
    return _BRACKET.sub(r"\[", _BREAK_IN_PARAGRAPH.sub(" ", text))
