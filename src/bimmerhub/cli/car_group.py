"""Groups of commands about cars, in which a first word that is no command is a car: `vehicles 0000042`."""

from typing import Any

from typer.core import TyperGroup
from typing_extensions import override

LIST, SHOW = "list", "show"


class CarGroup(TyperGroup):
    """A group with the commands `list`, which no word means, and `show`, which any other word than a command means."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        word = next((argument for argument in args if not argument.startswith("-")), None)
        if word is None and not set(args) & set(ctx.help_option_names):
            args = [LIST, *args]
        elif word is not None and word not in self.commands:
            args = [SHOW, *args]
        return super().parse_args(ctx, args)


class CarListGroup(TyperGroup):
    """A group with the command `list`, which any other word than a command means: `trips 0000042`."""

    @override
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        word = next((argument for argument in args if not argument.startswith("-")), None)
        if word not in self.commands and not set(args) & set(ctx.help_option_names):
            args = [LIST, *args]
        return super().parse_args(ctx, args)
