"""`bimmerhub charges`: the charging sessions of a vehicle, and one of them with what there is to say about it."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.time_span import TimeSpan
from bimmerhub.cli.arguments.time_words import TIME_HELP, parse_moment
from bimmerhub.cli.car_group import CarListGroup
from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_json, print_lines, print_table, say, show_value
from bimmerhub.cli.printing.record_rows import print_record

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.cars.charge_shapes import (
        ChargesPage,
        ChargeSum,
        ChargingSessionAnswer,
        ChargingSessionDetails,
    )

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_SHOWN = (
    "id",
    "plugged_at",
    "started_at",
    "ended_at",
    "unplugged_at",
    "start_soc_percent",
    "end_soc_percent",
    "target_soc_percent",
    "energy_battery_kwh",
    "energy_grid_kwh",
    "losses_kwh",
    "max_power_kw",
    "kind",
    "phases",
    "place",
    "start_odometer_km",
    "end_reason",
    "bmw_reason",
    "final",
)
"""What is shown of a session, in this order."""
NONE_THEN = "No charging session is known of that time."


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    charges = typer.Typer(
        cls=CarListGroup,
        help="List a vehicle's charging sessions, and show one: why it started late, ran slow or stopped.",
    )
    charges.command(name="list")(list_charges)
    charges.command(name="show")(show_charge)
    app.add_typer(charges, name="charges")


def list_charges(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    begin: Annotated[str | None, typer.Option("--from", help=f"{TIME_HELP} Else all.", show_default=False)] = None,
    end: Annotated[str | None, typer.Option("--to", help="The same; else now.", show_default=False)] = None,
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's charging sessions, newest first: from plug-in to plug-out, as the readings tell them.

    BMW's own charging history is laid over; `bimmerhub charging-history` shows it as it is. A ~ marks what was
    estimated.
    """
    from bimmerhub.cli.commands.bmw.bmw_answers import read_of_car

    page = read_of_car(context.obj, vin, lambda reads, car: _load(reads, car, begin, end))
    if json:
        print_json(page)
        return
    print_table(
        ("id", "plugged in (local time)", "unplugged", "charge level", "battery", "grid", "kind", "end"),
        [_cells(session) for session in page.items],
        numbers=("charge level", "battery", "grid"),
        empty=NONE_THEN,
    )
    if page.items:
        totals = page.totals
        battery, grid, lost = (
            _sum(total, totals.sessions) for total in (totals.energy_battery, totals.energy_grid, totals.losses)
        )
        say(f"Into the battery {battery}; from the grid {grid}; lost {lost}.")


def show_charge(
    context: typer.Context,
    session_id: Annotated[str, typer.Argument(metavar="ID", help="As the list prints it.")],
    evidence: Annotated[bool, typer.Option("--evidence", help="Print the readings that it rests on.")] = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """Show one charging session: its numbers and how each was come by, and why it was late, slow or stopped."""
    from bimmerhub.cli.reads.hub_or_store import read

    options: Options = context.obj
    session = read(options, lambda reads: _load_one(reads, session_id, evidence=evidence))
    if json:
        print_json(session)
        return
    print_record(session, _SHOWN, sources=session.sources)
    if len(session.parts) > 1:
        print_lines(f"part: {local_time(part.started_at)} to {local_time(part.ended_at)}" for part in session.parts)
    if (meter := session.meter) is not None and meter.refused is not None:
        print_lines([f"meter {meter.name}: {meter.energy_kwh:g} kWh, which do not count: {meter.refused}"])
    print_lines(f"{note.kind}: {note.text}{_where(note.descriptor, note.at)}" for note in session.notes)
    for difference in session.differences:
        say(f"{difference.source} says otherwise: {difference.field} {difference.other}, we say {difference.ours}.")
    if session.evidence is not None:
        print_table(
            ("measured at (local time)", "descriptor", "value", "source"),
            [
                (local_time(one.measured_at), one.descriptor, show_value(one.value, one.unit), one.source)
                for one in session.evidence
            ],
            empty="No reading is stored any more.",
        )


async def _load(reads: "Reads", vin: "Vin", begin: str | None, end: str | None) -> "ChargesPage":
    """Return all pages as one."""
    import msgspec

    from bimmerhub.cli.reads import public
    from bimmerhub.views.cars.charging_sessions import MOST_SESSIONS

    now_ms = await reads.now_ms()
    to_ms = now_ms + 1 if end is None else parse_moment(end, now=now_ms)
    from_ms = 0 if begin is None else TimeSpan(begin=begin, end=end).parse(now_ms=now_ms)[0]
    items: list[ChargingSessionAnswer] = []
    after: str | None = None
    while True:
        page = await reads.read(
            public.charging_sessions(vin, from_ms=from_ms, to_ms=to_ms, limit=MOST_SESSIONS, after=after)
        )
        items += page.items
        after = page.next
        if after is None:
            return msgspec.structs.replace(page, items=items, next=None, is_complete=True)


async def _load_one(reads: "Reads", session_id: str, *, evidence: bool) -> "ChargingSessionDetails":
    from bimmerhub.cli.reads import public
    from bimmerhub.errors import NotFound
    from bimmerhub.ids import Vin
    from bimmerhub.views.record_ids import parse_record_id

    key, _ = parse_record_id(session_id)
    for vehicle in (await reads.read(public.vehicles())).items:
        if vehicle.key == key:
            return await reads.read(public.charging_session(Vin(vehicle.vin), session_id, evidence=evidence))
    raise NotFound("there is no such charging session", hint="List them: bimmerhub charges")


def _cells(session: "ChargingSessionAnswer") -> tuple[str, ...]:
    levels = [
        "?" if level is None else f"{_mark(session, name)}{level:g} %"
        for name, level in (
            ("start_soc_percent", session.start_soc_percent),
            ("end_soc_percent", session.end_soc_percent),
        )
    ]
    return (
        session.id,
        local_time(session.plugged_at or session.started_at),
        "-" if session.unplugged_at is None else local_time(session.unplugged_at),
        " to ".join(levels),
        _energy(session, "energy_battery_kwh", session.energy_battery_kwh),
        _energy(session, "energy_grid_kwh", session.energy_grid_kwh),
        session.kind or "-",
        session.end_reason or "-",
    )


def _energy(session: "ChargingSessionAnswer", name: str, kwh: float | None) -> str:
    return "-" if kwh is None else f"{_mark(session, name)}{show_value(round(kwh, 1), 'kWh')}"


def _mark(session: "ChargingSessionAnswer", name: str) -> str:
    return "~" if session.how.get(name) == "estimated" else ""


def _sum(total: "ChargeSum", sessions: int) -> str:
    return f"{total.kwh:.1f} kWh (over {total.sessions} of {sessions} sessions)"


def _where(descriptor: str | None, at: str | None) -> str:
    return "" if descriptor is None else f" ({descriptor}, {local_time(at)})"
