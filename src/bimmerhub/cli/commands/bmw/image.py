"""`bimmerhub image VIN`: a picture of a vehicle, from a side of one's choice."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import VinArgument
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import is_terminal, print_exactly, say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERED_WITHIN_S = 90.0


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(image)


def image(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument = None,
    view: Annotated[
        str | None,
        typer.Option(help="The side: of mybmw FrontView and others, of iremote FRONT, of connecteddrive degrees."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else standard output.", show_default=False)
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask BMW though a picture of 30 days is stored.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Get a picture of a vehicle, from the side that you name: BMW is asked for each once in 30 days.

    It is a PNG. A view that there is not lists all that there are. CarData has one picture only: bimmerhub fetch VIN
    image.
    """
    if output is None and is_terminal():
        raise WrongUsage("a picture is nothing for a terminal", hint="Name a file: --output car.png")
    wish: dict[str, object] = {"view": view, "account": context.obj.account, "fresh": fresh}
    png, age_s = run(_fetch(context.obj, vin, wish))
    if age_s:
        say(f"BMW gave this picture {_age(age_s)} ago: from the store, for nothing. --fresh asks anew.")
    if output is None:
        print_exactly(png)
        return
    try:
        output.write_bytes(png)
    except OSError as error:
        raise ConfigError(f"cannot write {output}: {error.strerror}") from error
    say(f"Written: {output}, {len(png)} bytes.")


def _age(age_s: int) -> str:
    """Return an age in the largest unit of which there is more than one."""
    for unit, unit_s in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if age_s >= 2 * unit_s:
            return f"{age_s // unit_s} {unit}"
    return f"{age_s} s"


async def _fetch(options: Options, vin: str | None, wish: "Mapping[str, object]") -> tuple[bytes, int]:
    """Return the picture and its age in seconds."""
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.from_hub import HubReads

    settings = options.settings()
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        car = await find_vin(options, HubReads(client, settings), vin)
        request = Request(method="POST", path=f"vehicles/{car}/picture", body=wish)
        return await client.send_for_picture(request, within_s=ANSWERED_WITHIN_S)
