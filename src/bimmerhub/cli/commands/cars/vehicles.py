"""`bimmerhub vehicles`: which vehicles are known."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import HOW_TO_BEGIN, Options
from bimmerhub.cli.output import print_json, print_table

if TYPE_CHECKING:
    from bimmerhub.views.cars.vehicles import VehicleAnswer

FIELDS = ("name", "brand", "model", "drivetrain", "account")
"""The columns beside the VIN; a name is there only where a car has one, and most have none."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(vehicles)


def vehicles(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List the vehicles: VIN, model, drivetrain and account.

    With --account only that account's.
    """
    from bimmerhub.cli.reads.cars import load_vehicles
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.views.fields import Page

    options: Options = context.obj
    items = read(options, lambda reads: load_vehicles(options, reads))
    if json:
        print_json(Page(items=items, next=None))
        return
    fields = [field for field in FIELDS if field != "name" or any(vehicle.name for vehicle in items)]
    print_table(
        ("VIN", *fields),
        [(vehicle.vin, *(_cell(vehicle, field) for field in fields)) for vehicle in items],
        empty=f"No vehicle is known yet. {HOW_TO_BEGIN}",
    )


def _cell(vehicle: "VehicleAnswer", field: str) -> str:
    text = getattr(vehicle, field) or "-"
    return f"{text} (from the VIN)" if field == "brand" and vehicle.brand_from_vin else text
