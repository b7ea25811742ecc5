"""`bimmerhub bmw-trips [VIN]`: trips as BMW recorded them, and all of them beside those of other owners."""

from typing import TYPE_CHECKING

import typer

from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_of_car
from bimmerhub.cli.output import local_time, print_json, print_table, print_text, say, show_value

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.documents.bmw_trips import (
        AllBmwTrips,
        BmwTripAnswer,
        BmwTripsAnswer,
        ComparedFigure,
        PortalFigure,
    )


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="bmw-trips")(bmw_trips)


def bmw_trips(
    context: typer.Context,
    vin: VinArgument = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's trips as BMW recorded them, and all of them beside those of other owners.

    BMW's older interfaces tell the last trip only: the list holds those that were the last one when the hub asked.
    CarData does not offer them.
    """
    answer = read_of_car(context.obj, vin, _load)
    if json:
        print_json(answer)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        _print(answer)


async def _load(reads: "Reads", vin: "Vin") -> "BmwTripsAnswer":
    """Return all pages as one."""
    from msgspec.structs import replace

    from bimmerhub.cli.reads import public
    from bimmerhub.views.documents.bmw_trips import MOST_TRIPS

    answer = page = await reads.read(public.bmw_trips(vin, limit=MOST_TRIPS))
    while page.next is not None:
        page = await reads.read(public.bmw_trips(vin, limit=MOST_TRIPS, after=page.next))
        answer = replace(answer, items=[*answer.items, *page.items])
    return replace(answer, next=None, is_complete=True)


def _print(answer: "BmwTripsAnswer") -> None:
    if answer.items or not answer.portal_figures:
        print_table(
            ("ended (local time)", "duration", "distance", "electric", "consumption", "recuperation", "efficiency"),
            [_trip_cells(trip) for trip in answer.items],
            numbers=("duration", "distance", "electric", "consumption", "recuperation", "efficiency"),
            empty="BMW has told of no trip.",
        )
    if answer.all_trips is not None:
        print_text("")
        _print_all(answer.all_trips)
    if answer.portal_figures:
        print_table(
            ("figure", "last trip", "life time", "unit"),
            [_portal_cells(line) for line in answer.portal_figures],
            numbers=("last trip", "life time"),
        )


def _print_all(trips: "AllBmwTrips") -> None:
    print_table(
        ("all trips", "yours", "your best", "others' lowest", "average", "highest"),
        [_figure_cells(figure) for figure in trips.figures],
        numbers=("yours", "your best", "others' lowest", "average", "highest"),
    )
    said = {
        "battery (as the car measured it)": (trips.battery_capacity_kwh, "kWh"),
        "saved CO2": (trips.saved_co2_kg, "kg"),
        "saved fuel": (trips.saved_fuel_l, "l"),
    }
    rows = [(name, show_value(value, unit)) for name, (value, unit) in said.items() if value is not None]
    if rows:
        print_table(("", ""), rows)
    say(f"As of {local_time(trips.fetched_at)}, since {local_time(trips.reset_at)}.")


def _trip_cells(trip: "BmwTripAnswer") -> tuple[str, ...]:
    return (
        local_time(trip.ended_at),
        _cell(trip.duration_min, "min"),
        _cell(trip.distance_km, "km"),
        _cell(trip.electric_distance_km, "km"),
        _cell(trip.electric_consumption_kwh_per_100km, "kWh/100 km"),
        _cell(trip.recuperation_kwh_per_100km, "kWh/100 km"),
        "-" if trip.efficiency_score is None else f"{trip.efficiency_score:.0%}",
    )


def _figure_cells(figure: "ComparedFigure") -> tuple[str, ...]:
    values = (figure.own, figure.own_high, figure.community_low, figure.community_average, figure.community_high)
    return (figure.figure.replace("_", " "), *(_cell(value, figure.unit) for value in values))


def _portal_cells(line: "PortalFigure") -> tuple[str, ...]:
    return (line.name or "-", line.last_trip or "-", line.life_time or "-", line.unit or "-")


def _cell(value: float | None, unit: str) -> str:
    return "-" if value is None else show_value(value, unit)
