"""`bimmerhub destinations [VIN]`: the destinations that were entered last in the car."""

from typing import TYPE_CHECKING

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_document
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say, show_value

if TYPE_CHECKING:
    from bimmerhub.views.documents.destinations import DestinationAnswer


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(destinations)


def destinations(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List the destinations that were entered last in a vehicle.

    BMW's i Remote tells them; the hub asks every few hours. CarData does not offer them.
    """
    from bimmerhub.cli.reads import public_documents

    answer = read_document(context.obj, vin, public_documents.destinations)
    if json:
        print_json(answer)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        print_table(
            ("entered (local time)", "street", "city", "country", "latitude", "longitude"),
            [_cells(destination) for destination in answer.items],
            numbers=("latitude", "longitude"),
            empty="No destination was entered.",
        )
        say(f"As of {local_time(answer.fetched_at)}.")


def _cells(destination: "DestinationAnswer") -> tuple[str, ...]:
    return (
        local_time(destination.created_at),
        destination.street or "-",
        destination.city or "-",
        destination.country or "-",
        "-" if destination.latitude_deg is None else show_value(destination.latitude_deg, "deg"),
        "-" if destination.longitude_deg is None else show_value(destination.longitude_deg, "deg"),
    )
