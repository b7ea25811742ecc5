"""`bimmerhub history VIN DESCRIPTOR|SIGNAL`: what is stored of one quantity."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.arguments.time_span import TimeSpan
from bimmerhub.cli.arguments.time_words import TIME_HELP
from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.printing.output import local_time, print_csv, print_json, print_table, say, show_mean, show_value

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.ids import Vin
    from bimmerhub.views.cars.history import BucketAnswer, Quantity, ReadingAnswer
    from bimmerhub.views.fields import Page

BUCKET_COLUMNS = ("min", "max", "mean", "first", "last")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(history)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the line asks for."""

    vin: str
    quantity: "Quantity"
    span: TimeSpan


def history(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[str, typer.Argument(metavar="VIN", help="VIN or the end of it.")],
    what: Annotated[str, typer.Argument(metavar="DESCRIPTOR|SIGNAL", help="For example soc_percent.")],
    begin: Annotated[str, typer.Option("--from", help=TIME_HELP)] = "24h",
    end: Annotated[str | None, typer.Option("--to", help=TIME_HELP, show_default=False)] = None,
    buckets: Annotated[int | None, typer.Option(min=1, max=10_000, help="So many equal stretches instead.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
    csv: Annotated[bool, typer.Option("--csv", help="Print CSV, with times in UTC.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Print stored readings of one descriptor or signal, oldest first.

    A signal has the readings of all descriptors that feed it, in its own unit and words; a value that two descriptors
    gave within 5 seconds is printed once. With --buckets the mean is over readings, not over time: a value that came
    often weighs more than one that stood long.
    """
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.cli.reads.quantities import parse_quantity

    if json and csv:
        raise WrongUsage("--json and --csv exclude each other")
    options: Options = context.obj
    wanted = _Wanted(vin=vin, quantity=parse_quantity(what), span=TimeSpan(begin=begin, end=end))
    if buckets is None:
        readings, why = read(options, lambda reads: _load_readings(options, reads, wanted))
        _print_readings(readings, why, json=json, csv=csv)
    else:
        summed, why = read(options, lambda reads: _load_buckets(options, reads, wanted, buckets))
        _print_buckets(summed, why, json=json, csv=csv)


async def _load_readings(options: Options, reads: "Reads", wanted: _Wanted) -> "tuple[Page[ReadingAnswer], str]":
    """Return all pages as one, and why it is empty if it is."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.views.cars.history import MOST_ROWS
    from bimmerhub.views.fields import Page

    from_ms, to_ms = wanted.span.parse(now_ms=await reads.now_ms())
    vin = await find_vin(options, reads, wanted.vin)
    items: list[ReadingAnswer] = []
    after: str | None = None
    while True:
        page = await reads.read(
            public.readings(vin, wanted.quantity, from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS, after=after)
        )
        items += page.items
        after = page.next
        if after is None:
            return Page(items=items, next=None), await _why_empty(reads, vin, wanted, is_empty=not items)


async def _load_buckets(
    options: Options, reads: "Reads", wanted: _Wanted, count: int
) -> "tuple[Page[BucketAnswer], str]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    from_ms, to_ms = wanted.span.parse(now_ms=await reads.now_ms())
    vin = await find_vin(options, reads, wanted.vin)
    page = await reads.read(public.buckets(vin, wanted.quantity, from_ms=from_ms, to_ms=to_ms, count=count))
    return page, await _why_empty(reads, vin, wanted, is_empty=not page.items)


async def _why_empty(reads: "Reads", vin: "Vin", wanted: _Wanted, *, is_empty: bool) -> str:
    from bimmerhub.cli.reads.quantities import why_empty

    return await why_empty(reads, vin, wanted.quantity) if is_empty else ""


def _print_readings(readings: "Page[ReadingAnswer]", why_empty: str, *, json: bool, csv: bool) -> None:
    if json:
        print_json(readings)
    elif csv:
        print_csv(("measured_at", "value", "unit", "descriptor", "source"), readings.items)
        _say_empty(why_empty)
    else:
        print_table(
            ("measured at (local time)", "value", "descriptor"),
            [
                (local_time(reading.measured_at), show_value(reading.value, reading.unit), reading.descriptor)
                for reading in readings.items
            ],
            numbers=("value",),
            empty=why_empty,
        )


def _print_buckets(buckets: "Page[BucketAnswer]", why_empty: str, *, json: bool, csv: bool) -> None:
    if json:
        print_json(buckets)
    elif csv:
        print_csv(("start_at", *BUCKET_COLUMNS, "unit", "count"), buckets.items)
        _say_empty(why_empty)
    else:
        print_table(
            ("from (local time)", *BUCKET_COLUMNS, "unit", "count"),
            [
                (
                    local_time(bucket.start_at),
                    _short(bucket.min, bucket.unit),
                    _short(bucket.max, bucket.unit),
                    "-" if bucket.mean is None else show_mean(bucket.mean, bucket.unit),
                    _short(bucket.first, bucket.unit),
                    _short(bucket.last, bucket.unit),
                    bucket.unit or "-",
                    str(bucket.count),
                )
                for bucket in buckets.items
            ],
            numbers=(*BUCKET_COLUMNS, "count"),
            empty=why_empty,
        )


def _say_empty(why: str) -> None:
    if why:
        say(why)


def _short(value: object, unit: str | None) -> str:
    """Return a value without its unit, which has a column of its own; "-" for none."""
    if value is None:
        return "-"
    return show_value(value, unit).removesuffix(f" {unit}") if unit else show_value(value, None)
