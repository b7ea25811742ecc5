"""`bimmerhub parking`: where a vehicle stood, what its battery lost there, and what is known of why."""

from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.time_span import TimeSpan
from bimmerhub.cli.arguments.time_words import TIME_HELP
from bimmerhub.cli.context import Options
from bimmerhub.cli.printing.output import local_time, print_json, print_table, say

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.cars.parking import ParkingPage, StopAnswer

NONE_THEN = "No stop between trips is known of that time."
HOUR_S = 3600


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="parking")(parking)


def parking(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[
        str | None, typer.Argument(metavar="[VIN]", help="VIN or the end of it.", show_default=False)
    ] = None,
    begin: Annotated[str, typer.Option("--from", help=TIME_HELP)] = "30d",
    end: Annotated[str | None, typer.Option("--to", help=TIME_HELP, show_default=False)] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """List where a vehicle stood, and what its battery lost there.

    Its stops are between its trips, oldest first. Nothing is said of a loss where it was charged meanwhile, or driven
    without a trip. A ~ marks what is estimated: a charge level came only on setting off.
    """
    from bimmerhub.cli.reads.hub_or_store import read

    options: Options = context.obj
    page = read(options, lambda reads: _load(options, reads, vin, TimeSpan(begin=begin, end=end)))
    if json:
        print_json(page)
        return
    print_table(
        ("from (local time)", "until", "hours", "place", "charge level", "lost", "mean", "at work"),
        [_cells(stop) for stop in page.items],
        numbers=("hours", "lost", "mean"),
        empty=NONE_THEN,
    )
    totals = page.totals
    if totals.stops:
        lost = "-" if totals.standby_percent is None else f"{totals.standby_percent:g} %"
        kwh = "" if totals.standby_kwh is None else f" ({totals.standby_kwh:g} kWh)"
        if totals.standby_percent is not None:
            kwh += f" plus or minus {totals.band['standby_percent']:g} %"
        mean = "" if totals.standby_mean_w is None else f", {totals.standby_mean_w:.0f} W on the mean"
        say(f"{totals.stops} stops; lost by standing {lost}{kwh}{mean}, {totals.coverage}.")


def _cells(stop: "StopAnswer") -> tuple[str, ...]:
    levels = (stop.start_soc_percent, stop.end_soc_percent)
    mark = "~" if stop.how.get("standby_percent") == "estimated" else ""
    return (
        local_time(stop.start_at),
        "it stands" if stop.end_at is None else local_time(stop.end_at),
        "" if stop.duration_s is None else f"{stop.duration_s / HOUR_S:.1f}",
        stop.place or "",
        " to ".join("?" if level is None else f"{level:g} %" for level in levels) if any(levels) else "-",
        _lost(stop, mark),
        "" if stop.standby_mean_w is None else f"{mark}{stop.standby_mean_w:.0f} W",
        ", ".join(_at_work(stop)),
    )


def _lost(stop: "StopAnswer", mark: str) -> str:
    if stop.charged:
        return "charged"
    if stop.standby_percent is None:
        return "-"
    kwh = "" if stop.standby_kwh is None else f" ({stop.standby_kwh:.1f} kWh)"
    return f"{mark}{stop.standby_percent:g} %{kwh}"


def _at_work(stop: "StopAnswer") -> list[str]:
    words = [cause.replace("_", " ") for cause in stop.causes]
    if stop.deep_sleep_s:
        words.append(f"deep sleep {stop.deep_sleep_s / HOUR_S:.1f} h")
    if stop.missing_km:
        words.append(f"driven {stop.missing_km:.0f} km unseen")
    return words


async def _load(options: Options, reads: "Reads", text: str | None, span: TimeSpan) -> "ParkingPage":
    """Return all pages as one; they come the newest first, and the totals are of the newest (10,000 stops)."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.views.cars.history import MOST_ROWS
    from bimmerhub.views.cars.parking import ParkingPage

    from_ms, to_ms = span.parse(now_ms=await reads.now_ms())
    vin = await find_vin(options, reads, text)
    first = page = await reads.read(public.parking(vin, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS))
    items = list(page.items)
    while page.next is not None:
        page = await reads.read(public.parking(vin, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS, after=page.next))
        items[:0] = page.items
    return ParkingPage(items=items, next=None, is_complete=True, totals=first.totals)
