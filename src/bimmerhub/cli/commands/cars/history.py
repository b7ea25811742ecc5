"""`bimmerhub history VIN DESCRIPTOR|SIGNAL`: what is stored of one quantity."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.output import local_time, print_json, print_table, show_value
from bimmerhub.cli.time_words import TIME_HELP, parse_moment
from bimmerhub.times import format_time

if TYPE_CHECKING:
    from bimmerhub.cli.reads.port import Reads
    from bimmerhub.views.cars.history import BucketAnswer, Quantity, ReadingAnswer
    from bimmerhub.views.fields import Page

NOTHING_THEN = "Nothing is stored for that time."
BUCKET_COLUMNS = ("min", "max", "mean", "first", "last")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(history)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What the line asks for."""

    vin: str
    quantity: "Quantity"
    begin: str
    end: str | None

    def span(self, *, now_ms: int) -> tuple[int, int]:
        """Return from when to when, in milliseconds UTC; WrongUsage when that is no stretch of time."""
        from_ms = parse_moment(self.begin, now=now_ms)
        to_ms = now_ms if self.end is None else parse_moment(self.end, now=now_ms)
        if from_ms > now_ms:
            raise WrongUsage(f"--from is in the future: it is {local_time(format_time(now_ms))} now", hint=TIME_HELP)
        if from_ms >= to_ms:
            raise WrongUsage("--from is not before --to")
        return from_ms, to_ms


def history(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[str, typer.Argument(help="VIN or the end of it.")],
    what: Annotated[str, typer.Argument(metavar="DESCRIPTOR|SIGNAL", help="For example soc_percent.")],
    begin: Annotated[str, typer.Option("--from", help=TIME_HELP)] = "24h",
    end: Annotated[str | None, typer.Option("--to", help=TIME_HELP, show_default=False)] = None,
    buckets: Annotated[int | None, typer.Option(min=1, max=10_000, help="So many equal stretches instead.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Print stored readings of one descriptor or signal, oldest first.

    A signal has the readings of all descriptors that feed it, in its own unit and words; a value that two descriptors
    gave within 5 seconds is printed once.
    """
    from bimmerhub.cli.reads.hub_or_store import read
    from bimmerhub.cli.reads.quantities import parse_quantity

    options: Options = context.obj
    wanted = _Wanted(vin=vin, quantity=parse_quantity(what), begin=begin, end=end)
    if buckets is None:
        readings = read(options, lambda reads: _load_readings(options, reads, wanted))
        print_json(readings) if json else _print_readings(readings.items)
    else:
        summed = read(options, lambda reads: _load_buckets(options, reads, wanted, buckets))
        print_json(summed) if json else _print_buckets(summed.items)


async def _load_readings(options: Options, reads: "Reads", wanted: _Wanted) -> "Page[ReadingAnswer]":
    """Return all pages as one."""
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin
    from bimmerhub.views.cars.history import MOST_ROWS
    from bimmerhub.views.fields import Page

    from_ms, to_ms = wanted.span(now_ms=await reads.now_ms())
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
            return Page(items=items, next=None)


async def _load_buckets(options: Options, reads: "Reads", wanted: _Wanted, count: int) -> "Page[BucketAnswer]":
    from bimmerhub.cli.reads import public
    from bimmerhub.cli.reads.cars import find_vin

    from_ms, to_ms = wanted.span(now_ms=await reads.now_ms())
    vin = await find_vin(options, reads, wanted.vin)
    return await reads.read(public.buckets(vin, wanted.quantity, from_ms=from_ms, to_ms=to_ms, count=count))


def _print_readings(readings: "list[ReadingAnswer]") -> None:
    print_table(
        ("measured at (local time)", "value", "descriptor"),
        [
            (local_time(reading.measured_at), show_value(reading.value, reading.unit), reading.descriptor)
            for reading in readings
        ],
        numbers=("value",),
        empty=NOTHING_THEN,
    )


def _print_buckets(buckets: "list[BucketAnswer]") -> None:
    print_table(
        ("from (local time)", *BUCKET_COLUMNS, "count"),
        [
            (
                local_time(bucket.start_at),
                *(_short(getattr(bucket, column)) for column in BUCKET_COLUMNS),
                str(bucket.count),
            )
            for bucket in buckets
        ],
        numbers=(*BUCKET_COLUMNS, "count"),
        empty=NOTHING_THEN,
    )


def _short(value: object) -> str:
    return "-" if value is None else show_value(value, None)
