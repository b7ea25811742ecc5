"""Stored readings of a stretch of time: one by one, summed up in buckets, and what is stored at all.

A range is half open, `from_ms <= measured_at < to_ms`. A quantity is a descriptor, whose readings are shown as stored,
or a signal, whose readings are those of every descriptor that feeds it, in the signal's unit and words.
"""

from typing import Annotated, Final

import msgspec

from bimmerhub.domain.catalogue.descriptors import Catalogue, CatalogueEntry
from bimmerhub.domain.reading import Value
from bimmerhub.domain.repeats import drop_repeats
from bimmerhub.domain.signals.composites import composite_by_name
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.errors import ConfigError, NotFound
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Bucket, Point, ReadingQuery, SeriesInfo
from bimmerhub.times import format_time
from bimmerhub.views.cars.added_keys import find_added, load_added_buckets, show_points
from bimmerhub.views.cars.assumed_units import AssumedPoint, assume_units, load_buckets
from bimmerhub.views.cars.signal_terms import interpret_bucket, interpret_point
from bimmerhub.views.fields import SOURCE_NAMES, ListTokens, Number, Page, Time
from bimmerhub.views.ports.cars import VehicleStates
from bimmerhub.views.viewer import Viewer

DEFAULT_ROWS: Final = 1_000
MOST_ROWS: Final = 10_000
MOST_BUCKETS: Final = 10_000

Quantity = Descriptor | Signal


class ReadingAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One stored reading."""

    descriptor: str
    value: Value
    unit: str | None
    measured_at: Time
    source: str
    assumed: Annotated[
        bool,
        msgspec.Meta(description="true when the number came without a unit and this one is assumed; else not there"),
    ] = False


class BucketAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The readings of one stretch of time; min, max and mean are over its numbers, null when there are none."""

    start_at: Time
    unit: Annotated[str | None, msgspec.Meta(description="unit of all its numbers; null when they have none")]
    min: Number | None
    max: Number | None
    mean: Number | None
    first: Value
    last: Value
    count: int


class DescriptorAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What is stored of one descriptor of one vehicle."""

    descriptor: str
    title: Annotated[
        str | None, msgspec.Meta(description="short English title; null when BMW's catalogue does not list it")
    ]
    unit: str | None
    count: int
    first_measured_at: Time
    last_measured_at: Time


async def view_readings(
    viewer: Viewer,
    readings: ReadingQuery,
    vin: Vin,
    quantity: Quantity,
    *,
    vehicles: VehicleStates,
    catalogue: Catalogue,
    from_ms: int,
    to_ms: int,
    limit: int = DEFAULT_ROWS,
    after: str | None = None,
) -> Page[ReadingAnswer]:
    """Return up to `limit` readings, oldest first; `after` is the `next` of the page before.

    What came with its unit and without, of one second, is there once. Of a signal, what two descriptors said within 5
    seconds is there once (of one page). So a page can be shorter than `limit`. A value that the signal has no reading
    for is None. ConfigError for any other `after`.
    """
    viewer.require_vehicle(vin)
    tokens = ListTokens("readings", vin, quantity.name if isinstance(quantity, Signal) else quantity)
    place = None if after is None else tokens.parse(after)
    points, following = await readings.range(
        vin, _descriptors_of(quantity), from_ms=from_ms, to_ms=to_ms, limit=limit, after=place
    )
    car = vehicles.car_facts(vin)
    shown = await assume_units(readings, vin, show_points(catalogue, points), displayed=car.displayed_unit)
    if isinstance(quantity, Signal):
        shown = drop_repeats(interpret_point(quantity, point, car) for point in shown)
    items = [_describe_point(point) for point in shown]
    return Page(items=items, next=None if following is None else tokens.token(following))


async def view_buckets(
    viewer: Viewer,
    readings: ReadingQuery,
    vin: Vin,
    quantity: Quantity,
    *,
    vehicles: VehicleStates,
    catalogue: Catalogue,
    from_ms: int,
    to_ms: int,
    buckets: int,
) -> Page[BucketAnswer]:
    """Return the non-empty ones of at most `buckets` equal stretches, oldest first.

    Of a signal, each stretch is that of the best descriptor which has a value in it. Stretches of an hour or more have
    whole hours as edges, so that there may be fewer of them, and the first can begin before `from_ms`.
    """
    viewer.require_vehicle(vin)
    best: dict[int, Bucket] = {}
    car = vehicles.car_facts(vin)
    for descriptor in _descriptors_of(quantity):
        added = find_added(catalogue, descriptor)
        if added is None:
            stretches = await load_buckets(
                readings,
                vin,
                descriptor,
                from_ms=from_ms,
                to_ms=to_ms,
                buckets=buckets,
                displayed=car.displayed_unit,
            )
        else:
            stretches = await load_added_buckets(readings, vin, added, from_ms=from_ms, to_ms=to_ms, buckets=buckets)
        if isinstance(quantity, Signal) and stretches:
            unit = await _unit_of(readings, vin, descriptor, catalogue)
            stretches = [interpret_bucket(quantity, descriptor, stretch, car, unit=unit) for stretch in stretches]
        for bucket in stretches:
            better = best.setdefault(bucket.start_at_ms, bucket)
            if not _has_value(better) and _has_value(bucket):
                best[bucket.start_at_ms] = bucket
    unit = await _unit_of(readings, vin, quantity, catalogue)
    return Page(items=[_describe_bucket(best[start_at_ms], unit) for start_at_ms in sorted(best)], next=None)


async def view_descriptors(
    viewer: Viewer, readings: ReadingQuery, vin: Vin, *, catalogue: Catalogue, containing: str = ""
) -> Page[DescriptorAnswer]:
    """Return what is stored of each descriptor that has `containing` in its name (in either case), by descriptor.

    One that came in several units is there once for each. Titles are those of the catalogue.
    """
    viewer.require_vehicle(vin)
    part = containing.casefold()
    stored = await readings.series(vin)
    return Page(
        items=[
            _describe_series(series, catalogue.get(series.descriptor))
            for series in stored
            if part in series.descriptor.casefold()
        ],
        next=None,
    )


def parse_quantity(*, descriptor: str | None, signal: str | None) -> Quantity:
    """Return the quantity that one of the two names; ConfigError unless it is just one, NotFound for no signal."""
    if (descriptor is None) == (signal is None):
        raise ConfigError("give either descriptor= or signal=", hint="/api/v1/vehicles/VIN/descriptors lists them.")
    if descriptor is not None:
        return Descriptor(descriptor)
    try:
        return signal_by_name(signal or "")
    except KeyError as error:
        composite = composite_by_name(signal or "")
        if composite is not None:
            raise NotFound(
                f"{composite.name} follows from other signals and has no readings of its own",
                hint=f"Ask for one of them: {', '.join(composite.parts)}",
            ) from error
        raise NotFound("no signal has that name", hint="/api/v1/vehicles/VIN/state lists those of a car.") from error


def _descriptors_of(quantity: Quantity) -> list[Descriptor]:
    return list(quantity.descriptors()) if isinstance(quantity, Signal) else [quantity]


def _has_value(bucket: Bucket) -> bool:
    return bucket.mean is not None or bucket.first is not None or bucket.last is not None


def _describe_point(point: Point) -> ReadingAnswer:
    return ReadingAnswer(
        descriptor=point.descriptor,
        value=point.value,
        unit=point.unit,
        measured_at=format_time(point.measured_at_ms),
        source=SOURCE_NAMES[point.source],
        assumed=isinstance(point, AssumedPoint),
    )


async def _unit_of(readings: ReadingQuery, vin: Vin, quantity: Quantity, catalogue: Catalogue) -> str | None:
    """Return the unit of a quantity's numbers: a descriptor that BMW does not list has that of its newest reading."""
    if isinstance(quantity, Signal):
        return quantity.unit
    entry = catalogue.get(quantity)
    if entry is not None:
        return entry.unit
    stored = [series for series in await readings.series(vin) if series.descriptor == quantity]
    return max(stored, key=lambda series: series.last_measured_at_ms).unit if stored else None


def _describe_bucket(bucket: Bucket, unit: str | None) -> BucketAnswer:
    return BucketAnswer(
        start_at=format_time(bucket.start_at_ms),
        unit=unit,
        min=bucket.min,
        max=bucket.max,
        mean=bucket.mean,
        first=bucket.first,
        last=bucket.last,
        count=bucket.count,
    )


def _describe_series(series: SeriesInfo, entry: CatalogueEntry | None) -> DescriptorAnswer:
    return DescriptorAnswer(
        descriptor=series.descriptor,
        title=None if entry is None else entry.title,
        unit=series.unit,
        count=series.count,
        first_measured_at=format_time(series.first_measured_at_ms),
        last_measured_at=format_time(series.last_measured_at_ms),
    )
