"""`bimmerhub positions VIN`: where a vehicle was."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.time_span import TimeSpan
from bimmerhub.cli.arguments.time_words import TIME_HELP
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import local_time, print_csv, print_json, print_table, say, show_value

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.cars.positions import PositionAnswer
    from bimmerhub.views.fields import NewestPage

COLUMNS = ("measured_at", "latitude_deg", "longitude_deg", "quality", "altitude_m", "heading_deg")
NOTHING_THEN = "No position is stored for that time."


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(positions)


def positions(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    begin: Annotated[str, typer.Option("--from", help=TIME_HELP)] = "24h",
    end: Annotated[str | None, typer.Option("--to", help=TIME_HELP, show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with times in UTC.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Print where a vehicle was, oldest first: latitudes and longitudes paired by their own times.

    A position is measured when its halves lie at most 2 seconds apart, approximate up to 5 minutes.
    """
    from bimmerhub.cli.reads.hub_or_store import read

    if json and csv:
        raise WrongUsage("--json and --csv exclude each other")
    options: Options = context.obj
    page = read(options, lambda reads: _load(options, reads, vin, TimeSpan(begin=begin, end=end)))
    if json:
        print_json(page)
    elif csv:
        print_csv(COLUMNS, page.items)
        if not page.items:
            say(NOTHING_THEN)
    else:
        print_table(
            ("measured at (local time)", "latitude", "longitude", "quality", "altitude", "heading"),
            [_cells(position) for position in page.items],
            numbers=("latitude", "longitude", "altitude", "heading"),
            empty=NOTHING_THEN,
        )


def _cells(position: "PositionAnswer") -> tuple[str, ...]:
    return (
        local_time(position.measured_at),
        show_value(position.latitude_deg, "deg"),
        show_value(position.longitude_deg, "deg"),
        position.quality,
        "-" if position.altitude_m is None else show_value(position.altitude_m, "m"),
        "-" if position.heading_deg is None else show_value(round(position.heading_deg), "deg"),
    )


async def _load(options: Options, reads: "Reads", text: str | None, span: TimeSpan) -> "NewestPage[PositionAnswer]":
    """Return all pages as one; they come the newest first."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.views.cars.history import MOST_ROWS
    from bimmerhub.views.fields import NewestPage

    from_ms, to_ms = span.parse(now_ms=await reads.now_ms())
    vin = await find_vin(options, reads, text)
    pages: list[list[PositionAnswer]] = []
    after: str | None = None
    while True:
        page = await reads.read(public.positions(vin, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS, after=after))
        pages.append(page.items)
        after = page.next
        if after is None:
            items = [position for items in reversed(pages) for position in items]
            return NewestPage(items=items, next=None, is_complete=True)
