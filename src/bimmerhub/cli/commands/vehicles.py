"""`bimmerhub vehicles`: which vehicles are known."""

from dataclasses import asdict, replace
from typing import Annotated

import typer

from bimmerhub.cli.context import Options
from bimmerhub.cli.output import err, print_items, print_table
from bimmerhub.cli.reading import load_vehicles, open_for_reading
from bimmerhub.cli.running import run
from bimmerhub.domain.drivetrain import derive_drivetrain
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.store.sqlite.store import SqliteStore


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(vehicles)


def vehicles(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List the vehicles (of --account): VIN, model, drivetrain and account."""
    known = run(_load(context.obj))
    if json:
        print_items([asdict(each) for each in known])
        return
    print_table(
        ("VIN", "name", "brand", "model", "drivetrain", "account"),
        [tuple(str(text or "-") for text in _columns(each)) for each in known],
    )
    if not known:
        err.print(
            "No vehicle is known yet. Sign in (bimmerhub login) and start the hub (bimmerhub run), or import a capture."
        )


def _columns(vehicle: Vehicle) -> tuple[str | None, ...]:
    return (vehicle.vin, vehicle.name, vehicle.brand, vehicle.model, vehicle.drivetrain, vehicle.account)


async def _load(options: Options) -> list[Vehicle]:
    async with open_for_reading(options) as store:
        return [await _described(store, each) for each in await load_vehicles(options, store)]


async def _described(store: SqliteStore, vehicle: Vehicle) -> Vehicle:
    """Return the vehicle with the drivetrain that its readings give away, where BMW has not told it."""
    newest = [] if vehicle.drivetrain else await store.latest(vehicle.vin)
    evidence = ((each.descriptor, each.value) for each in newest)
    return replace(vehicle, drivetrain=derive_drivetrain(vehicle.drivetrain, evidence))
