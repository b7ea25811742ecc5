"""`bimmerhub trips`: what a vehicle drove, what a trip was made of, and hints about it."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.time_span import TimeSpan
from bimmerhub.cli.arguments.time_words import TIME_HELP
from bimmerhub.cli.car_group import CarListGroup
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import local_time, print_json, print_table, print_text, say, show_value
from bimmerhub.cli.printing.record_rows import print_record
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.cars.hints import HintAnswer
    from bimmerhub.views.cars.trip_evidence import TripEvidenceAnswer
    from bimmerhub.views.cars.trips import TripAnswer, TripPage
    from bimmerhub.views.fields import Page

NOTHING_THEN = "No trip is known of that time."
HELP = """\
List the trips of a vehicle, show one, and hint at one.

A word that is no command is a vehicle, and lists its trips: the VIN, the end of it, its key or its name."""

VinArgument = Annotated[str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="As the list names it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    trips = typer.Typer(cls=CarListGroup, help=HELP)
    trips.command("list")(list_trips)
    trips.command("show")(show)
    trips.command("path")(path)
    trips.command("hint")(hint)
    app.add_typer(trips, name="trips")


def list_trips(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument = None,
    begin: Annotated[str, typer.Option("--from", help=TIME_HELP)] = "30d",
    end: Annotated[str | None, typer.Option("--to", help=TIME_HELP, show_default=False)] = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List the trips of a vehicle that start in a stretch of time, newest first, and their totals.

    A ~ marks what is estimated. Kilometres that no trip explains stand before the trip behind them.
    """
    from bimmerhub.cli.reads.hub_or_store import read

    options: Options = context.obj
    page = read(options, lambda reads: _load_list(options, reads, vin, TimeSpan(begin=begin, end=end)))
    if json:
        print_json(page)
        return
    print_table(
        ("id", "start (local time)", "end", "distance", "energy", "charge level", "from", "to", "missing before"),
        [_cells(trip) for trip in page.items],
        numbers=("distance", "energy", "missing before"),
        empty=NOTHING_THEN,
    )
    if page.items:
        totals = page.totals
        energy = f"; about {totals.energy_kwh:.0f} kWh for {totals.energy_over_km:.0f} km of them"
        say(f"{totals.trips} trips, {totals.coverage}{energy if totals.energy_over_km else ''}.")


def show(
    context: typer.Context,
    trip_id: IdArgument,
    evidence: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--evidence", help="The readings that started and ended it, in words.")
    ] = False,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show one trip: each number, how it came about, and how far it may be off."""
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.views.cars.trip_evidence import say_what_told

    options: Options = context.obj
    trip, readings = read(options, lambda reads: _load_one(reads, trip_id, evidence=evidence))
    if json:
        print_json(trip if readings is None else readings)
        return
    sayings = {"started_by": say_what_told(trip, "start"), "ended_by": say_what_told(trip, "end")}
    print_record(trip, [name for name in trip.__struct_fields__ if name not in {"how", "band"}], words=sayings)
    if trip.how.get("start_at") == "estimated":
        say("Nothing told its start: it is a guess, as long before as such a way usually takes.")
    if readings is not None:
        print_text("")
        print_table(
            ("about", "measured at (local time)", "reading", "value", "says"),
            [_evidence_cells(reading) for reading in readings.items],
            empty="None of its readings is stored any more.",
        )


def path(
    context: typer.Context,
    trip_id: IdArgument,
    gpx: Annotated[bool, typer.Option("--gpx", help="Print GPX instead of GeoJSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Print where a trip led, as GeoJSON; gaps are gaps."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.views.cars.trip_path import to_gpx

    answer = read(context.obj, lambda reads: reads.read(public.trip_path(trip_id)))
    if gpx:
        print_text(to_gpx(answer, name=trip_id).rstrip())
    else:
        print_json(answer)


def hint(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[str, typer.Argument(metavar="VIN", help="VIN or the end of it.")],
    what: Annotated[str, typer.Argument(metavar="driving|plugged", help="What is known.")],
    value: Annotated[str, typer.Argument(metavar="on|off", help="Whether it is so.")] = "on",
    at: Annotated[str | None, typer.Option("--at", help="Since when; now.", show_default=False)] = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Tell the hub what you know: that driving began or ended, that the plug is in or out.

    For cars that report at the end of a trip only. A phone or a garage door can do the same by the API.
    """
    if what not in {"driving", "plugged"} or value not in {"on", "off"}:
        raise WrongUsage("a hint is: driving or plugged, then on or off")
    answer = run(_hint(context.obj, vin, what=what, is_so=value == "on", at=at))
    if json:
        print_json(answer)
    else:
        print_text(f"Taken: {answer.hint} {'on' if answer.value else 'off'} at {local_time(answer.at)}.")


def _cells(trip: "TripAnswer") -> tuple[str, ...]:
    levels = (trip.start_soc_percent, trip.end_soc_percent)
    return (
        trip.id,
        _marked(local_time(trip.start_at), trip.how.get("start_at")),
        "under way" if trip.under_way else _marked(local_time(trip.end_at), trip.how.get("end_at")),
        "-" if trip.distance_km is None else f"{trip.distance_km:.1f} km",
        "-" if trip.energy_kwh is None else f"~{trip.energy_kwh:.1f} kWh",
        " to ".join("?" if level is None else f"{level:g} %" for level in levels) if any(levels) else "-",
        trip.start_place or "",
        trip.end_place or "",
        f"{trip.missing_before_km:.0f} km" if trip.missing_before_km else "",
    )


def _marked(text: str, how: str | None) -> str:
    return f"~{text}" if how == "estimated" else text


def _evidence_cells(reading: "TripEvidenceAnswer") -> tuple[str, ...]:
    says = f"{reading.says} <" if reading.told_it else reading.says
    return (
        reading.about,
        local_time(reading.measured_at),
        reading.descriptor,
        show_value(reading.value, reading.unit),
        says,
    )


async def _load_list(options: Options, reads: "Reads", text: str | None, span: TimeSpan) -> "TripPage":
    """Return all pages as one."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.views.cars.history import MOST_ROWS
    from bimmerhub.views.cars.trips import TripPage

    from_ms, to_ms = span.parse(now_ms=await reads.now_ms())
    vin = await find_vin(options, reads, text)
    page = await reads.read(public.trips(vin, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS))
    items = list(page.items)
    while page.next is not None:
        page = await reads.read(public.trips(vin, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS, after=page.next))
        items += page.items
    return TripPage(items=items, next=None, is_complete=True, totals=page.totals)


async def _load_one(
    reads: "Reads", trip_id: str, *, evidence: bool
) -> "tuple[TripAnswer, Page[TripEvidenceAnswer] | None]":
    from bimmerhub.cli.reads import public

    trip = await reads.read(public.trip(trip_id))
    if not evidence:
        return trip, None
    return trip, await reads.read(public.trip_evidence(trip_id))


async def _hint(options: Options, text: str, *, what: str, is_so: bool, at: str | None) -> "HintAnswer":
    from bimmerhub.cli.arguments.time_words import parse_moment
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data
    from bimmerhub.times import format_time
    from bimmerhub.views.cars.hints import HintAnswer

    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
    async with reach_hub(settings, goes_live=False) as client:
        reads = HubReads(client, settings)
        with naming_demo(options):
            vin = await find_vin(options, reads, text)
        now_ms = await reads.now_ms()
        at_ms = now_ms if at is None else parse_moment(at, now=now_ms)
        body: dict[str, object] = {"hint": what, "value": is_so, "at": format_time(at_ms)}
        return await client.send(Request(method="POST", path=f"vehicles/{vin}/hints", body=body), HintAnswer)
