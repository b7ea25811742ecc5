"""`bimmerhub image VIN`: a picture of a vehicle, from a side of one's choice."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import VinArgument
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.output import say
from bimmerhub.cli.running import run
from bimmerhub.errors import ConfigError

if TYPE_CHECKING:
    from bimmerhub.cli.hub_client import Request

ANSWERED_WITHIN_S = 90.0


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(image)


def image(
    context: typer.Context,
    vin: VinArgument = None,
    view: Annotated[
        str | None,
        typer.Option(help="The side: of mybmw FrontView and others, of iremote FRONT, of connecteddrive degrees."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; else standard output.", show_default=False)
    ] = None,
) -> None:
    """Ask BMW for a picture of a vehicle, from the side that you name.

    It is a PNG. A view that there is not lists all that there are. CarData has one picture only: bimmerhub fetch VIN
    image.
    """
    if output is None and sys.stdout.isatty():
        raise WrongUsage("a picture is nothing for a terminal", hint="Name a file: --output car.png")
    png = run(_fetch(context.obj, vin, view))
    if output is None:
        sys.stdout.buffer.write(png)
        return
    try:
        output.write_bytes(png)
    except OSError as error:
        raise ConfigError(f"cannot write {output}: {error.strerror}") from error
    say(f"Written: {output}, {len(png)} bytes.")


async def _fetch(options: Options, vin: str | None, view: str | None) -> bytes:
    from bimmerhub.cli.reach_hub import reach_hub
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.from_hub import HubReads

    settings = options.settings()
    async with reach_hub(settings, goes_live=False, asks_bmw=True) as client:
        car = await find_vin(options, HubReads(client, settings), vin)
        return await client.send_for_bytes(_request(car, view, options.account), within_s=ANSWERED_WITHIN_S)


def _request(vin: str, view: str | None, account: str | None) -> "Request":
    from bimmerhub.cli.hub_client import Request

    return Request(method="POST", path=f"vehicles/{vin}/picture", body={"view": view, "account": account})
