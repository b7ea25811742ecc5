"""`bimmerhub bmw-trips [VIN]`: trips as BMW recorded them, and all of them beside those of other owners."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.american.members import print_members
from bimmerhub.cli.commands.bmw.bmw_answers import JsonOption, VinArgument, read_of_car
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.hub_access.asking_app import FRESH_HELP, MONTH_HELP, reach_car, span_of
from bimmerhub.cli.printing.output import local_time, print_json, print_table, print_text, say, show_value
from bimmerhub.cli.running import run

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

NOT_CURRENT_EXIT = 1
NEVER_RESET = ("1970-", "1969-12-31")
"""How BMW's date of a reset begins where nobody ever reset the figures: the beginning of Unix time, in any zone."""
_PORTAL_UNITS = {"KM": "km", "LITER": "l", "KWH_PER_100KM": "kWh/100 km", "L_PER_100KM": "l/100 km", "NONE": ""}
"""BMW's words for units; others are shown as they are."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="bmw-trips")(bmw_trips)


def bmw_trips(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument = None,
    month: Annotated[str | None, typer.Option(metavar="YYYY-MM", help=MONTH_HELP, show_default=False)] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help=FRESH_HELP)] = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's trips as BMW recorded them, and all of them beside those of other owners.

    The MyBMW app's interface lists the trips of the month, and those of earlier ones by --month (40 at a time, a call
    each); the others tell the last trip only, so the list holds those that were the last one when the hub asked.
    CarData does not offer them.
    """
    if month is None and fresh:
        raise WrongUsage("--fresh asks BMW for a month", hint="Name it: --month 2026-09")
    if month is not None:
        answer, is_current = run(_load_month(context.obj, vin, month, fresh=fresh))
    else:
        answer, is_current = read_of_car(context.obj, vin, _load), True
    _show(answer, month, json=json)
    if not is_current:
        raise typer.Exit(NOT_CURRENT_EXIT)


def _show(answer: "BmwTripsAnswer", month: str | None, *, json: bool) -> None:
    if json:
        print_json(answer)
    elif answer.notice is not None:
        say(answer.notice)
    else:
        _print(answer)
        _print_sums(answer, month)


async def _load_month(options: Options, text: str | None, month: str, *, fresh: bool) -> "tuple[BmwTripsAnswer, bool]":
    """Return the trips of a month, asked for where that is due, and whether BMW answered."""
    from msgspec.structs import replace

    span = span_of(month)
    async with reach_car(options, text) as car:
        wish = {"month": month, "fresh": fresh}
        is_current = await car.ask({"what": "bmw-trips", **wish}) and await car.ask({"what": "trip-statistics", **wish})
        answer = await _load(car.reads, car.vin, span=span)
    return replace(answer, months=[one for one in answer.months if one.month == month]), is_current


async def _load(reads: "Reads", vin: "Vin", *, span: tuple[int, int] | None = None) -> "BmwTripsAnswer":
    """Return all pages as one."""
    from msgspec.structs import replace

    from bimmerhub.cli.reads import public_documents
    from bimmerhub.views.documents.bmw_trips import MOST_TRIPS

    answer = page = await reads.read(public_documents.bmw_trips(vin, limit=MOST_TRIPS, span=span))
    while page.next is not None:
        page = await reads.read(public_documents.bmw_trips(vin, limit=MOST_TRIPS, after=page.next, span=span))
        answer = replace(answer, items=[*answer.items, *page.items])
    return replace(answer, next=None, is_complete=True)


def _print(answer: "BmwTripsAnswer") -> None:
    if answer.items or not answer.portal_figures:
        print_table(
            ("ended (local time)", "min", "km", "electric", "kWh/100 km", "regained", "efficiency"),
            [_trip_cells(trip) for trip in answer.items],
            numbers=("min", "km", "electric", "kWh/100 km", "regained", "efficiency"),
            empty="BMW has told of no trip.",
        )
    if answer.items:
        say("`electric` is in km, `regained` in kWh/100 km.")
    if answer.all_trips is not None:
        print_text("")
        _print_all(answer.all_trips)
    if answer.portal_figures:
        print_text("")
        print_table(
            ("figure", "of", "value"),
            [cells for line in answer.portal_figures for cells in _portal_rows(line)],
        )


def _print_sums(answer: "BmwTripsAnswer", month: str | None) -> None:
    """Print the sums of the month that was asked for, by BMW's names: nobody has described their form."""
    for sums in answer.months if month is not None else ():
        print_text("")
        print_text(f"{sums.month}, as of {local_time(sums.fetched_at)}")
        print_members(sums.answer)


def _print_all(trips: "AllBmwTrips") -> None:
    print_table(
        ("all trips", "yours", "your best", "lowest", "average", "highest", "in"),
        [_figure_cells(figure) for figure in trips.figures],
        numbers=("yours", "your best", "lowest", "average", "highest"),
    )
    say("Lowest, average and highest are those of other owners.")
    said = {
        "battery (as the car measured it)": (trips.battery_capacity_kwh, "kWh"),
        "saved CO2": (trips.saved_co2_kg, "kg"),
        "saved fuel": (trips.saved_fuel_l, "l"),
    }
    rows = [(name, show_value(value, unit)) for name, (value, unit) in said.items() if value is not None]
    if rows:
        print_table(("", ""), rows)
    is_reset = trips.reset_at is not None and not trips.reset_at.startswith(NEVER_RESET)
    since = f"since {local_time(trips.reset_at)}" if is_reset else "never reset"
    say(f"As of {local_time(trips.fetched_at)}, {since}.")


def _trip_cells(trip: "BmwTripAnswer") -> tuple[str, ...]:
    return (
        local_time(trip.ended_at),
        _cell(trip.duration_min, None),
        _cell(trip.distance_km, "km"),
        _cell(trip.electric_distance_km, "km"),
        _cell(trip.electric_consumption_kwh_per_100km, None),
        _cell(trip.recuperation_kwh_per_100km, None),
        "-" if trip.efficiency_score is None else f"{trip.efficiency_score:.0%}",
    )


def _figure_cells(figure: "ComparedFigure") -> tuple[str, ...]:
    values = (figure.own, figure.own_high, figure.community_low, figure.community_average, figure.community_high)
    return (figure.figure.replace("_", " "), *(_cell(value, figure.unit) for value in values), figure.unit)


def _portal_rows(line: "PortalFigure") -> list[tuple[str, ...]]:
    unit = _PORTAL_UNITS.get(line.unit or "", line.unit or "")
    values = {"last trip": line.last_trip, "life time": line.life_time}
    return [
        (line.name or "-", of, f"{value} {unit}".rstrip())
        for of, value in values.items()
        if value is not None or not any(values.values())
    ]


def _cell(value: float | None, unit: str | None) -> str:
    """Return a number without its unit, which stands in the heading or in a column of its own."""
    return "-" if value is None else show_value(value, unit).removesuffix(f" {unit}")
