"""Where a vehicle was: latitudes and longitudes, paired by their own times."""

from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, Final, Literal

import msgspec

from bimmerhub.domain.positions import LATITUDE, LONGITUDE, Position, pair_positions
from bimmerhub.errors import ConfigError
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import format_time
from bimmerhub.views.cars.history import DEFAULT_ROWS, MOST_ROWS
from bimmerhub.views.fields import NewestPage, Number, Time, page_token, parse_page_token
from bimmerhub.views.viewer import Viewer

MOST_COORDINATES: Final = 200_000
"""Halves of positions that one view reads at most: some months of a car that is driven every day."""


class PositionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One place where the car was (WGS 84). `quality` is approximate when its halves were measured apart."""

    measured_at: Annotated[
        Time, msgspec.Meta(description="when the older of the two halves was measured; ISO 8601, UTC")
    ]
    latitude_deg: Number
    longitude_deg: Number
    quality: Literal["measured", "approximate"]


async def view_positions(
    viewer: Viewer,
    readings: ReadingQuery,
    vin: Vin,
    *,
    from_ms: int,
    to_ms: int,
    limit: int = DEFAULT_ROWS,
    after: str | None = None,
) -> NewestPage[PositionAnswer]:
    """Return the newest `limit` positions of `from_ms <= t < to_ms`, oldest first.

    `after` is the `next` of the page before, which held newer ones. ConfigError for an `after` that is no token, and
    when the range holds more than `MOST_COORDINATES` latitudes and longitudes.
    """
    viewer.require_vehicle(vin)
    points = await _load_coordinates(readings, vin, from_ms=from_ms, to_ms=to_ms)
    positions = pair_positions(_values(points, LATITUDE), _values(points, LONGITUDE))
    if after is not None:  # cut after pairing: what pairs must not depend on the page; no two positions share a time
        positions = positions[: bisect_left(positions, parse_page_token(after), key=attrgetter("measured_at_ms"))]
    page, is_complete = positions[-limit:], len(positions) <= limit
    return NewestPage(
        items=[_describe_position(position) for position in page],
        next=None if is_complete else page_token(page[0].measured_at_ms),
        is_complete=is_complete,
    )


async def _load_coordinates(readings: ReadingQuery, vin: Vin, *, from_ms: int, to_ms: int) -> list[Point]:
    points: list[Point] = []
    after: str | None = None
    while len(points) < MOST_COORDINATES:
        page, after = await readings.range(
            vin, (LATITUDE, LONGITUDE), from_ms=from_ms, to_ms=to_ms, limit=MOST_ROWS, after=after
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


def _describe_position(position: Position) -> PositionAnswer:
    return PositionAnswer(
        measured_at=format_time(position.measured_at_ms),
        latitude_deg=position.latitude_deg,
        longitude_deg=position.longitude_deg,
        quality=position.quality,
    )
