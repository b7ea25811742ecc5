"""Stored readings of keys that BMW listed after this release, in the unit of BMW's list (`domain.catalogue.added`)."""

from collections.abc import Sequence

import msgspec

from bimmerhub.domain.catalogue.added import show_as_listed
from bimmerhub.domain.catalogue.descriptors import Catalogue, CatalogueEntry, load_catalogue
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Bucket, Point, ReadingQuery
from bimmerhub.views.cars.assumed_units import join_buckets


def find_added(catalogue: Catalogue, descriptor: Descriptor) -> CatalogueEntry | None:
    """Return the entry of a key that is not in this release; None for those of the release and those of no list."""
    return None if descriptor in load_catalogue() else catalogue.get(descriptor)


def show_points(catalogue: Catalogue, points: Sequence[Point]) -> Sequence[Point]:
    """Return the points, those of added keys in the list's unit."""
    return [
        point if entry is None else _show_point(entry, point)
        for point in points
        for entry in [find_added(catalogue, point.descriptor)]
    ]


async def load_added_buckets(
    readings: ReadingQuery, vin: Vin, entry: CatalogueEntry, *, from_ms: int, to_ms: int, buckets: int
) -> Sequence[Bucket]:
    """Return the stretches of an added key as `ReadingQuery.downsample` does, all its units put together."""
    by_start: dict[int, Bucket] = {}
    units = [series.unit for series in await readings.series(vin) if series.descriptor == entry.key]
    for unit in units:
        for stored in await readings.downsample(
            vin, entry.key, from_ms=from_ms, to_ms=to_ms, buckets=buckets, unit=unit or ""
        ):
            bucket = _show_bucket(entry, stored, unit)
            other = by_start.get(bucket.start_at_ms)
            by_start[bucket.start_at_ms] = bucket if other is None else join_buckets(other, bucket)
    return [by_start[start_at_ms] for start_at_ms in sorted(by_start)]


def _show_point(entry: CatalogueEntry, point: Point) -> Point:
    value, unit = show_as_listed(entry, point.value, point.unit)
    return msgspec.structs.replace(point, value=value, unit=unit)


def _show_bucket(entry: CatalogueEntry, bucket: Bucket, unit: str | None) -> Bucket:
    def number(value: float | None) -> float | None:
        shown, _ = show_as_listed(entry, value, unit)
        return float(shown) if isinstance(shown, int | float) else None

    return Bucket(
        start_at_ms=bucket.start_at_ms,
        min=number(bucket.min),
        max=number(bucket.max),
        mean=number(bucket.mean),
        first=show_as_listed(entry, bucket.first, unit)[0],
        last=show_as_listed(entry, bucket.last, unit)[0],
        count=bucket.count,
    )
