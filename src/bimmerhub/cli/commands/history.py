"""`bimmerhub history VIN DESCRIPTOR|SIGNAL`: what is stored of one quantity."""

import difflib
from typing import Annotated, Any

import typer

from bimmerhub.cli.context import Options, WrongUsage
from bimmerhub.cli.output import err, iso, local_time, print_items, print_table, show_value
from bimmerhub.cli.reading import TIME_HELP, fetch_present_ms, find_vin, open_for_reading, parse_moment
from bimmerhub.cli.running import run
from bimmerhub.domain.repeats import drop_repeats
from bimmerhub.domain.signals.table import SIGNALS, signal_by_name
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Bucket, Point
from bimmerhub.store.sqlite.store import SqliteStore
from bimmerhub.views.signal_terms import interpret_point

PAGE_READINGS = 10_000


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(history)


def history(  # noqa: PLR0917 - typer fills these by name
    context: typer.Context,
    vin: Annotated[str, typer.Argument(help="VIN or the end of it.")],
    what: Annotated[str, typer.Argument(metavar="DESCRIPTOR|SIGNAL", help="For example soc_percent.")],
    begin: Annotated[str, typer.Option("--from", help=TIME_HELP)] = "24h",
    end: Annotated[str | None, typer.Option("--to", help=TIME_HELP, show_default=False)] = None,
    buckets: Annotated[int | None, typer.Option(min=1, max=10_000, help="So many equal stretches instead.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer
) -> None:
    """Print stored readings of one descriptor, or of all descriptors that feed a signal, oldest first.

    A signal's values are in its own unit and words; what two descriptors told within 5 seconds is printed once.
    """
    now = run(fetch_present_ms(context.obj))
    from_ms, to_ms = parse_moment(begin, now=now), now if end is None else parse_moment(end, now=now)
    if from_ms >= to_ms:
        raise WrongUsage("--from is not before --to")
    descriptors = _descriptors(what)
    if buckets is not None:
        found = run(_load_buckets(context.obj, vin, descriptors, from_ms=from_ms, to_ms=to_ms, count=buckets))
        _print_buckets(found, json=json)
    else:
        points = run(_load_points(context.obj, vin, descriptors, from_ms=from_ms, to_ms=to_ms))
        if "." not in what:
            signal = signal_by_name(what)
            points = drop_repeats(interpret_point(signal, point) for point in points)
        _print_points(points, json=json)


def _descriptors(what: str) -> list[Descriptor]:
    try:
        return list(signal_by_name(what).descriptors())
    except KeyError as error:
        if "." in what:
            return [Descriptor(what)]
        names = [signal.name for signal in SIGNALS]
        near = next(
            (name for name in names if what.lower() in name),
            difflib.get_close_matches(what, names, n=1, cutoff=0.0)[0],
        )
        raise WrongUsage(f"{what!r} is neither a descriptor nor a signal", hint=f"Did you mean {near}?") from error


async def _load_points(
    options: Options, vin_text: str, descriptors: list[Descriptor], *, from_ms: int, to_ms: int
) -> list[Point]:
    async with open_for_reading(options) as store:
        vin = await find_vin(options, store, vin_text)
        points: list[Point] = []
        after: str | None = None
        while True:
            page, after = await store.range(
                vin, descriptors, from_ms=from_ms, to_ms=to_ms, limit=PAGE_READINGS, after=after
            )
            points += page
            if after is None:
                return points


async def _load_buckets(
    options: Options, vin_text: str, descriptors: list[Descriptor], *, from_ms: int, to_ms: int, count: int
) -> list[Bucket]:
    async with open_for_reading(options) as store:
        vin = await find_vin(options, store, vin_text)
        chosen = await _most_stored(store, vin, descriptors)
        return await store.downsample(vin, chosen, from_ms=from_ms, to_ms=to_ms, buckets=count)


async def _most_stored(store: SqliteStore, vin: Vin, descriptors: list[Descriptor]) -> Descriptor:
    """Return the first of the descriptors that this car has sent; the first of all when it sent none."""
    sent = {series.descriptor for series in await store.series(vin)}
    return next((each for each in descriptors if each in sent), descriptors[0])


def _print_points(points: list[Point], *, json: bool) -> None:
    if json:
        print_items([_point_json(each) for each in points])
        return
    print_table(
        ("measured at (local time)", "value", "descriptor"),
        [(local_time(each.measured_at_ms), show_value(each.value, each.unit), each.descriptor) for each in points],
        numbers=("value",),
    )
    if not points:
        err.print("Nothing is stored for that time.")


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "descriptor": point.descriptor,
        "value": point.value,
        "unit": point.unit,
        "measured_at": iso(point.measured_at_ms),
        "source": point.source.name.lower(),
    }


def _print_buckets(found: list[Bucket], *, json: bool) -> None:
    names = ("min", "max", "mean", "first", "last")
    if json:
        print_items(
            [
                {
                    "start_at": iso(each.start_at_ms),
                    **{name: getattr(each, name) for name in names},
                    "count": each.count,
                }
                for each in found
            ]
        )
        return
    print_table(
        ("from (local time)", *names, "count"),
        [
            (local_time(each.start_at_ms), *(_short(getattr(each, name)) for name in names), str(each.count))
            for each in found
        ],
        numbers=(*names, "count"),
    )


def _short(value: object) -> str:
    return "-" if value is None else show_value(value, None)
