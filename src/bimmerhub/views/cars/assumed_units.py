"""Stored numbers that came without a unit, in the unit that is assumed for them (`domain.sent_units`)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.reading import Value
from bimmerhub.domain.sent_units import UNKNOWN_UNIT, Neighbour, resolve_number, to_neighbour, varies
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Bucket, Point, ReadingQuery

_MOST_OF_A_SECOND: Final = 1_000


class AssumedPoint(Point, frozen=True, kw_only=True):
    """A reading that came without a unit, in the one that is assumed for it."""


@dataclass(slots=True, kw_only=True)
class _Assumption:
    """What stands in for the missing unit of one descriptor, going through its readings in the order of time."""

    descriptor: Descriptor
    neighbour: Neighbour | None
    displayed: str | None
    unit: str | None = field(init=False)

    def __post_init__(self) -> None:
        self.unit = load_catalogue()[self.descriptor].unit

    def learn(self, at_ms: int, value: Value) -> None:
        """Take in a reading that came with a unit."""
        self.neighbour = to_neighbour(at_ms, value, self.unit) or self.neighbour

    def resolve(self, at_ms: int, value: Value) -> Value:
        """Return the value of a reading that came without, in `unit`."""
        return resolve_number(self.descriptor, value, at_ms, neighbour=self.neighbour, displayed=self.displayed)


async def assume_units(
    readings: ReadingQuery, vin: Vin, points: Sequence[Point], *, displayed: str | None
) -> Sequence[Point]:
    """Return the points, ordered by time, those without a unit as `AssumedPoint` in the catalogue's.

    One that a reading of the same second says with its unit is left out: it is that reading again, told by another way.
    `displayed` is km or mi, as the car shows distances, None when not known.
    """
    first_ms: dict[Descriptor, int] = {}
    for point in points:
        if _is_bare(point):
            first_ms.setdefault(point.descriptor, point.measured_at_ms)
    if not first_ms:
        return points
    assumptions = await _load_assumptions(readings, vin, first_ms, displayed=displayed)
    said = {_said(point) for point in points} | await _load_said_at_the_edges(readings, vin, points)
    resolved = (_resolved(point, assumptions) for point in points)
    return [point for point in resolved if not isinstance(point, AssumedPoint) or _said(point) not in said]


def _said(point: Point) -> tuple[Descriptor, int, str | None, Value]:
    return point.descriptor, point.measured_at_ms, point.unit, point.value


async def _load_said_at_the_edges(
    readings: ReadingQuery, vin: Vin, points: Sequence[Point]
) -> set[tuple[Descriptor, int, str | None, Value]]:
    """Return what was said in the first and the last second: a page may end between two readings of one second."""
    edges = {points[0].measured_at_ms, points[-1].measured_at_ms}
    keys = sorted({point.descriptor for point in points if point.measured_at_ms in edges and _is_bare(point)})
    said: set[tuple[Descriptor, int, str | None, Value]] = set()
    for at_ms in edges if keys else ():
        of_second, _ = await readings.range(vin, keys, from_ms=at_ms, to_ms=at_ms + 1, limit=_MOST_OF_A_SECOND)
        said |= {_said(point) for point in of_second}
    return said


def _is_bare(point: Point) -> bool:
    return point.unit == UNKNOWN_UNIT


async def load_buckets(
    readings: ReadingQuery,
    vin: Vin,
    descriptor: Descriptor,
    *,
    from_ms: int,
    to_ms: int,
    buckets: int,
    displayed: str | None,
) -> Sequence[Bucket]:
    """Return the stretches of a descriptor as `ReadingQuery.downsample` does, with and without a unit put together.

    Of a stretch in which some readings came with a unit and some without, `first` and `last` are those with one.
    """
    if not varies(descriptor):
        return await readings.downsample(vin, descriptor, from_ms=from_ms, to_ms=to_ms, buckets=buckets)
    unit = load_catalogue()[descriptor].unit
    with_unit = await readings.downsample(vin, descriptor, from_ms=from_ms, to_ms=to_ms, buckets=buckets, unit=unit)
    without_unit = await readings.downsample(
        vin, descriptor, from_ms=from_ms, to_ms=to_ms, buckets=buckets, unit=UNKNOWN_UNIT
    )
    if not without_unit:
        return with_unit
    assumption = (await _load_assumptions(readings, vin, {descriptor: from_ms}, displayed=displayed))[descriptor]
    with_unit_at = {bucket.start_at_ms: bucket for bucket in with_unit}
    united = dict(with_unit_at)
    for bucket in sorted([*without_unit, *with_unit], key=lambda one: one.start_at_ms):
        if bucket is with_unit_at.get(bucket.start_at_ms):
            assumption.learn(bucket.start_at_ms, bucket.last)
        else:
            assumed = _resolved_bucket(bucket, assumption)
            other = with_unit_at.get(bucket.start_at_ms)
            united[bucket.start_at_ms] = assumed if other is None else join_buckets(other, assumed)
    return [united[start_at_ms] for start_at_ms in sorted(united)]


async def _load_assumptions(
    readings: ReadingQuery, vin: Vin, at_ms: Mapping[Descriptor, int], *, displayed: str | None
) -> dict[Descriptor, _Assumption]:
    """Return what stands in for the missing unit of each descriptor from that time on."""
    assumptions: dict[Descriptor, _Assumption] = {}
    for descriptor, first_ms in at_ms.items():
        unit = load_catalogue()[descriptor].unit
        near = await readings.nearest_number(vin, descriptor, unit, at_ms=first_ms)
        neighbour = None if near is None else to_neighbour(near.measured_at_ms, near.value, near.unit)
        assumptions[descriptor] = _Assumption(descriptor=descriptor, neighbour=neighbour, displayed=displayed)
    return assumptions


def _resolved(point: Point, assumptions: Mapping[Descriptor, _Assumption]) -> Point:
    assumption = assumptions.get(point.descriptor)
    if assumption is None:
        return point
    if point.unit != UNKNOWN_UNIT:
        assumption.learn(point.measured_at_ms, point.value)
        return point
    return AssumedPoint(
        descriptor=point.descriptor,
        value=assumption.resolve(point.measured_at_ms, point.value),
        unit=assumption.unit,
        measured_at_ms=point.measured_at_ms,
        sent_after_ms=point.sent_after_ms,
        source=point.source,
    )


def _resolved_bucket(bucket: Bucket, assumption: _Assumption) -> Bucket:
    def number(value: float | None) -> float | None:
        resolved = assumption.resolve(bucket.start_at_ms, value)
        return float(resolved) if isinstance(resolved, int | float) else None

    return Bucket(
        start_at_ms=bucket.start_at_ms,
        min=number(bucket.min),
        max=number(bucket.max),
        mean=number(bucket.mean),
        first=assumption.resolve(bucket.start_at_ms, bucket.first),
        last=assumption.resolve(bucket.start_at_ms, bucket.last),
        count=bucket.count,
    )


def join_buckets(main: Bucket, other: Bucket) -> Bucket:
    """Return two buckets of one stretch put together; `first` and `last` are those of the main one."""
    parts = [part for part in (main, other) if part.mean is not None]
    count = sum(part.count for part in parts)
    return Bucket(
        start_at_ms=main.start_at_ms,
        min=min((part.min for part in parts if part.min is not None), default=None),
        max=max((part.max for part in parts if part.max is not None), default=None),
        mean=sum((part.mean or 0.0) * part.count for part in parts) / count if count else None,
        first=main.first,
        last=main.last,
        count=main.count + other.count,
    )
