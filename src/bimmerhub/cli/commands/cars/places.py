"""`bimmerhub places` and `bimmerhub meters`: what a person names, and what the meters there show."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, TypeVar
from urllib.parse import quote

import typer

from bimmerhub.cli.car_group import CarListGroup
from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say, show_value
from bimmerhub.cli.running import run

if TYPE_CHECKING:
    from bimmerhub.cli.hub_access.hub_client import Request
    from bimmerhub.cli.reads.port import Read
    from bimmerhub.views.places import PlaceAnswer

T = TypeVar("T")

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="As you name it.", show_default=False)]
READINGS_AT_ONCE = 5_000
NOT_TAKEN_EXIT = 1


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    places = typer.Typer(cls=CarListGroup, help="Your places, such as home: list them, add one, remove one.")
    places.command(name="list")(list_places)
    places.command(name="add")(add_place)
    places.command(name="remove")(remove_place)
    app.add_typer(places, name="places")
    meters = typer.Typer(cls=CarListGroup, help="The meters at your places: list them, add one, read one, remove one.")
    meters.command(name="list")(list_meters)
    meters.command(name="add")(add_meter)
    meters.command(name="read")(read_meter)
    meters.command(name="import")(import_readings)
    meters.command(name="remove")(remove_meter)
    app.add_typer(meters, name="meters")


def list_places(context: typer.Context, json: JsonOption = False) -> None:  # noqa: FBT002 - typer
    """List your places."""
    from bimmerhub.cli.reads import public

    page = _read(context.obj, public.places())
    if json:
        print_json(page)
        return
    print_table(
        ("name", "latitude", "longitude", "radius", "time zone"),
        [
            (
                place.name,
                show_value(place.latitude_deg, "deg"),
                show_value(place.longitude_deg, "deg"),
                show_value(place.radius_m, "m"),
                place.time_zone,
            )
            for place in page.items
        ],
        numbers=("latitude", "longitude", "radius"),
        empty="No place has a name. To add one: bimmerhub places add home --at VIN",
    )


def add_place(
    context: typer.Context,
    name: NameArgument,
    at: Annotated[str, typer.Option("--at", metavar="LAT,LON|VIN", help="Its middle, or a car that is there.")],
    radius_m: Annotated[float, typer.Option("--radius-m", help="How far it reaches.")] = 100.0,
) -> None:
    """Add a place, or move the one with that name."""
    place = run(_add_place(context.obj, name, at, radius_m))
    where = f"{place.latitude_deg:.5f},{place.longitude_deg:.5f}"
    say(f"{place.name}: {place.radius_m:g} m around {where}, {place.time_zone}.")


def remove_place(context: typer.Context, name: NameArgument) -> None:
    """Forget a place and its meters."""
    from bimmerhub.views.fields import Page
    from bimmerhub.views.places import PlaceAnswer

    run(_send(context.obj, _to("DELETE", "places", name), Page[PlaceAnswer]))
    say(f"{name} is no place any more.")


def list_meters(context: typer.Context, json: JsonOption = False) -> None:  # noqa: FBT002 - typer
    """List your meters, with what each counted last."""
    from bimmerhub.cli.reads import public

    page = _read(context.obj, public.meters())
    if json:
        print_json(page)
        return
    print_table(
        ("name", "place", "readings", "last (local time)", "counted"),
        [
            (
                meter.name,
                meter.place,
                f"{meter.readings:,}",
                local_time(meter.last_at),
                "-" if meter.last_kwh is None else show_value(meter.last_kwh, "kWh"),
            )
            for meter in page.items
        ],
        numbers=("readings", "counted"),
        empty="There is no meter. To add one: bimmerhub meters add NAME --place PLACE",
    )


def add_meter(
    context: typer.Context,
    name: NameArgument,
    place: Annotated[str, typer.Option("--place", metavar="PLACE", help="Where it counts.")],
) -> None:
    """Add a meter at a place, or move it there; it counts only for cars that charge at that place."""
    from bimmerhub.views.places import MeterAnswer

    meter = run(_send(context.obj, _to("PUT", "meters", name, {"place": place}), MeterAnswer))
    say(f"{meter.name} counts at {meter.place}.")


def remove_meter(
    context: typer.Context,
    name: NameArgument,
    readings: Annotated[  # noqa: FBT002 - typer
        bool, typer.Option("--readings", help="Erase what it counted, too; of one removed before as well.")
    ] = False,
) -> None:
    """Forget a meter, not what it counted, unless that is wished."""
    from bimmerhub.views.fields import Page
    from bimmerhub.views.places import MeterAnswer

    request = replace(_to("DELETE", "meters", name), query={"readings": "true"} if readings else {})
    run(_send(context.obj, request, Page[MeterAnswer]))
    say(f"{name} is no meter any more.")
    if readings:
        say("What it counted is erased. Backups that were made before still hold it.")


def read_meter(
    context: typer.Context,
    name: NameArgument,
    energy_kwh: Annotated[float, typer.Argument(metavar="KWH", help="All that it has counted.", show_default=False)],
    at: Annotated[str | None, typer.Option("--at", help="When; else now.", show_default=False)] = None,
) -> None:
    """Note what a meter shows."""
    run(_read_meter(context.obj, name, energy_kwh, at))


def import_readings(
    context: typer.Context,
    name: NameArgument,
    file: Annotated[typer.FileBinaryRead, typer.Argument(metavar="FILE", help="CSV; - is standard input.")],
) -> None:
    """Store what a meter showed, from CSV with the columns measured_at and energy_kwh; twice changes nothing.

    The exit code is 1 when nothing of it was taken.
    """
    from bimmerhub.cli.arguments.meter_file import parse_meter_file

    run(_send_readings(context.obj, name, parse_meter_file(file.read())))


def _read(options: Options, wanted: "Read[T]") -> T:
    from bimmerhub.cli.reads.hub_or_store import read

    return read(options, lambda reads: reads.read(wanted))


async def _add_place(options: Options, name: str, at: str, radius_m: float) -> "PlaceAnswer":
    """Add a place; a car may be named by the end of its VIN, as everywhere."""
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.cli.reads.from_hub import HubReads
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data
    from bimmerhub.views.places import PlaceAnswer

    where = at
    if "," not in at:
        settings = options.settings()
        with naming_demo(options):
            require_data(settings)
        async with reach_hub(settings, goes_live=False) as client:
            with naming_demo(options):
                where = await find_vin(options, HubReads(client, settings), at)
    body: dict[str, object] = {"at": where, "radius_m": radius_m}
    return await _send(options, _to("PUT", "places", name, body), PlaceAnswer)


async def _read_meter(options: Options, name: str, energy_kwh: float, at: str | None) -> None:
    from bimmerhub.cli.arguments.meter_file import check_energy
    from bimmerhub.cli.arguments.time_words import fetch_now_ms, parse_moment
    from bimmerhub.times import format_time

    check_energy(energy_kwh)
    now_ms = await fetch_now_ms(options.settings())
    at_ms = now_ms if at is None else parse_moment(at, now=now_ms)
    await _send_readings(options, name, [{"measured_at": format_time(at_ms), "energy_kwh": energy_kwh}])


async def _send_readings(options: Options, name: str, items: list[dict[str, object]]) -> None:
    from bimmerhub.views.places import MeterReadingsTaken

    new, repeated, reasons = 0, 0, list[str]()
    for begin in range(0, len(items), READINGS_AT_ONCE):
        body: dict[str, object] = {"items": items[begin : begin + READINGS_AT_ONCE]}
        taken = await _send(options, _to("POST", "meters", name, body, below="/readings"), MeterReadingsTaken)
        new, repeated = new + taken.new, repeated + taken.repeated
        reasons += taken.refused
    refused = len(items) - new - repeated if reasons else 0
    say(f"{new:,} new, {repeated:,} stored before{f', {refused:,} refused' if refused else ''}.")
    for reason in dict.fromkeys(reasons):
        say(f"Refused: {reason}")
    if new + repeated == 0:
        raise typer.Exit(NOT_TAKEN_EXIT)


async def _send(options: Options, request: "Request", shape: type[T]) -> T:
    from bimmerhub.cli.hub_access.reach_hub import reach_hub
    from bimmerhub.cli.reads.hub_or_store import naming_demo, require_data

    settings = options.settings()
    with naming_demo(options):
        require_data(settings)
    async with reach_hub(settings, goes_live=False) as client:
        with naming_demo(options):
            return await client.send(request, shape)


def _to(method: str, kind: str, name: str, body: dict[str, object] | None = None, *, below: str = "") -> "Request":
    from bimmerhub.cli.hub_access.hub_client import Request

    return Request(method=method, path=f"{kind}/{quote(name, safe='')}{below}", body=body)
