"""Routes: readings and positions of a stretch of time.

A range is half open (`from` <= time < `to`). Without `to` it ends now; without `from` it is 24 hours long.
"""

from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from bimmerhub.domain.positions import LATITUDE, LONGITUDE, pair_positions
from bimmerhub.domain.repeats import drop_repeats
from bimmerhub.domain.signals.signal import Signal
from bimmerhub.domain.signals.table import signal_by_name
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Bucket, Point, ReadingQuery
from bimmerhub.times import parse_time
from bimmerhub.views.describe import describe_bucket, describe_points, describe_position, json_answer
from bimmerhub.views.interpret import interpret_bucket, interpret_point
from bimmerhub.views.shapes import BucketAnswer, Page, PositionAnswer, ReadingAnswer
from bimmerhub.web.problems import NotFound
from bimmerhub.web.routes.context import KnownVin, Used

DAY_MS: Final = 86_400_000
DEFAULT_LIMIT: Final = 1_000
MOST_ROWS: Final = 10_000
MOST_BUCKETS: Final = 5_000
MOST_COORDINATES: Final = 200_000
"""Halves of positions that one answer reads at most: some months of a car that is driven every day."""

router = APIRouter(prefix="/vehicles/{vin}", tags=["history"])


async def _range(
    used: Used,
    from_: Annotated[
        str | None,
        Query(alias="from", max_length=40, description="ISO 8601 with zone, or a date; else 24 h before `to`"),
    ] = None,
    to: Annotated[str | None, Query(max_length=40, description="ISO 8601 with zone, or a date; else now")] = None,
) -> tuple[int, int]:
    to_ms = parse_time(to, name="to") if to else used.now_ms()
    from_ms = parse_time(from_, name="from") if from_ else max(0, to_ms - DAY_MS)
    if from_ms >= to_ms:
        raise ConfigError("from= must be earlier than to=", hint="The range holds from, and ends before to.")
    return from_ms, to_ms


Range = Annotated[tuple[int, int], Depends(_range)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


@router.get("/readings", response_model=Page[ReadingAnswer] | Page[BucketAnswer])
async def list_readings(
    *,
    used: Used,
    vin: KnownVin,
    span: Range,
    descriptor: Annotated[str | None, Query(max_length=200, description="BMW's key")] = None,
    signal: Annotated[str | None, Query(max_length=100, description="one of ours, instead of a descriptor")] = None,
    buckets: Annotated[int | None, Query(ge=1, le=MOST_BUCKETS, description="sum up in so many stretches")] = None,
    limit: Limit = DEFAULT_LIMIT,
    after: Annotated[str | None, Query(max_length=4_000, description="`next` of the page before")] = None,
) -> Response:
    """Return the stored readings of one descriptor or one signal, oldest first.

    `signal=` takes the readings of all descriptors that can feed the signal, each value in the signal's unit and words;
    a value that the signal has no reading for is null, and `descriptor` tells each one's origin. What two descriptors
    told within 5 seconds is there once (of one page), so that a page can be shorter than `limit`. With `buckets` it
    takes, for each stretch, the best descriptor that has readings in it. Stretches of an hour or more have whole hours
    as edges, so that there may be fewer of them. `limit` and `after` are for answers without buckets.
    """
    feeding = _feeding(descriptor, signal)
    if buckets is not None:
        found = await _load_buckets(used.readings, vin, feeding, span=span, buckets=buckets)
        return json_answer({"items": [describe_bucket(bucket) for bucket in found], "next": None})
    descriptors = [Descriptor(feeding)] if isinstance(feeding, str) else feeding.descriptors()
    points, following = await used.readings.range(
        vin, descriptors, from_ms=span[0], to_ms=span[1], limit=limit, after=after
    )
    if not isinstance(feeding, str):
        points = drop_repeats(interpret_point(feeding, point) for point in points)
    return json_answer({"items": describe_points(points), "next": following})


@router.get("/positions", response_model=Page[PositionAnswer])
async def list_positions(used: Used, vin: KnownVin, span: Range, limit: Limit = DEFAULT_LIMIT) -> Response:
    """Return where the car was, oldest first: latitudes and longitudes paired by their own times.

    When there are more than `limit`, the newest are returned.
    """
    points = await _load_coordinates(used.readings, vin, span=span)
    positions = pair_positions(_values(points, LATITUDE), _values(points, LONGITUDE))
    return json_answer({"items": [describe_position(position) for position in positions[-limit:]], "next": None})


def _feeding(descriptor: str | None, signal: str | None) -> str | Signal:
    if (descriptor is None) == (signal is None):
        raise ConfigError("give either descriptor= or signal=", hint="/api/v1/vehicles/VIN/descriptors lists them.")
    if descriptor is not None:
        return descriptor
    try:
        return signal_by_name(signal or "")
    except KeyError as error:
        raise NotFound("no signal has that name", hint="/api/v1/vehicles/VIN/state lists those of a car.") from error


async def _load_buckets(
    readings: ReadingQuery, vin: Vin, feeding: str | Signal, *, span: tuple[int, int], buckets: int
) -> list[Bucket]:
    from_ms, to_ms = span
    if isinstance(feeding, str):
        return await readings.downsample(vin, Descriptor(feeding), from_ms=from_ms, to_ms=to_ms, buckets=buckets)
    best: dict[int, Bucket] = {}
    for descriptor in feeding.descriptors():
        for bucket in await readings.downsample(vin, descriptor, from_ms=from_ms, to_ms=to_ms, buckets=buckets):
            best.setdefault(bucket.start_at_ms, interpret_bucket(feeding, descriptor, bucket))
    return [best[start_at_ms] for start_at_ms in sorted(best)]


async def _load_coordinates(readings: ReadingQuery, vin: Vin, *, span: tuple[int, int]) -> list[Point]:
    points: list[Point] = []
    after: str | None = None
    while len(points) < MOST_COORDINATES:
        page, after = await readings.range(
            vin, (LATITUDE, LONGITUDE), from_ms=span[0], to_ms=span[1], limit=MOST_ROWS, after=after
        )
        points += page
        if after is None:
            return points
    raise ConfigError("too many positions in one answer", hint="Ask for a shorter range.")


def _values(points: Sequence[Point], descriptor: Descriptor) -> list[tuple[int, float | None]]:
    return [
        (point.measured_at_ms, point.value if isinstance(point.value, int | float) else None)
        for point in points
        if point.descriptor == descriptor
    ]
