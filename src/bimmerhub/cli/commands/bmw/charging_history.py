"""`bimmerhub charging-history [VIN]`: charging as BMW recorded it."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.time_span import TimeSpan
from bimmerhub.cli.arguments.time_words import TIME_HELP, parse_moment
from bimmerhub.cli.commands.bmw.bmw_answers import (
    ChangesOption,
    JsonOption,
    VinArgument,
    print_changes,
    read_of_car,
    say_how_to_ask_cardata,
)
from bimmerhub.cli.printing.output import local_time, print_json, print_table, show_value

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.documents.charging_history import BmwChargingAnswer
    from bimmerhub.views.fields import NewestPage


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="charging-history")(charging_history)


def charging_history(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: VinArgument = None,
    begin: Annotated[str | None, typer.Option("--from", help=f"{TIME_HELP} Else all.", show_default=False)] = None,
    end: Annotated[str | None, typer.Option("--to", help="The same; else now.", show_default=False)] = None,
    changes: ChangesOption = False,  # noqa: FBT002 - typer
    json: JsonOption = False,  # noqa: FBT002 - typer
) -> None:
    """List a vehicle's charging sessions as BMW recorded them, newest first.

    `bimmerhub fetch VIN charging-history` asks BMW now; customer archives bring older ones.
    """
    if changes:
        print_changes(context.obj, vin, "charging-history", json=json)
        return
    page = read_of_car(context.obj, vin, lambda reads, car: _load(reads, car, begin, end))
    if json:
        print_json(page)
        return
    _print_sessions(page)
    say_how_to_ask_cardata(
        context.obj, max((session.fetched_at for session in page.items), default=None), "charging-history", vin
    )


async def _load(reads: "Reads", vin: "Vin", begin: str | None, end: str | None) -> "NewestPage[BmwChargingAnswer]":
    """Return all pages as one."""
    from bimmerhub.cli.reads import public_documents
    from bimmerhub.views.documents.charging_history import MOST_SESSIONS
    from bimmerhub.views.fields import NewestPage

    now_ms = await reads.now_ms()
    to_ms = now_ms if end is None else parse_moment(end, now=now_ms)
    from_ms = 0 if begin is None else TimeSpan(begin=begin, end=end).parse(now_ms=now_ms)[0]
    items: list[BmwChargingAnswer] = []
    after: str | None = None
    while True:
        wanted = public_documents.charging_history(vin, from_ms=from_ms, to_ms=to_ms, limit=MOST_SESSIONS, after=after)
        page = await reads.read(wanted)
        items += page.items
        after = page.next
        if after is None:
            return NewestPage(items=items, next=None, is_complete=True)


def _print_sessions(page: "NewestPage[BmwChargingAnswer]") -> None:
    """Print one line a session."""
    print_table(
        ("started at (local time)", "ended at", "charge level", "energy", "odometer", "where", "trouble"),
        [_cells(session) for session in page.items],
        numbers=("charge level", "energy", "odometer"),
        empty="BMW has told of no charging session of that time.",
    )


def _cells(session: "BmwChargingAnswer") -> tuple[str, ...]:
    levels = [None if level is None else f"{level} %" for level in (session.start_soc_percent, session.end_soc_percent)]
    return (
        local_time(session.started_at),
        local_time(session.ended_at),
        " to ".join(level or "?" for level in levels),
        "-" if session.energy_from_grid_kwh is None else show_value(round(session.energy_from_grid_kwh, 2), "kWh"),
        "-" if session.odometer_km is None else f"{session.odometer_km:,.0f} km",
        ", ".join(session.providers) or session.address or "-",
        "; ".join(problem.hint or "?" for problem in session.problems) or "-",
    )
