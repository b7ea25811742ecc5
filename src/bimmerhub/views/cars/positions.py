"""Where a vehicle was: latitudes and longitudes, paired by their own times."""

from collections.abc import Collection, Sequence
from typing import Annotated, Final

import msgspec

from bimmerhub.domain.positions import (
    ALTITUDE,
    HEADINGS,
    LATITUDES,
    LONGITUDES,
    REACH_MS,
    Coordinate,
    Position,
    Quality,
    pair_positions,
)
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.readings import Point, ReadingQuery
from bimmerhub.times import DAY_MS, format_time
from bimmerhub.views.cars.history import DEFAULT_ROWS, MOST_ROWS
from bimmerhub.views.fields import ListTokens, NewestPage, Number, Time
from bimmerhub.views.viewer import Viewer

LONGEST_STRETCH_MS: Final = 32 * DAY_MS
"""How much is read in one go at most, going back in time: some 100,000 readings of a car that is driven every day."""

_DESCRIPTORS: Final = (*sorted(LATITUDES | LONGITUDES | HEADINGS), ALTITUDE)


class PositionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One place where the car was (WGS 84). `quality` is approximate when its halves were measured apart."""

    measured_at: Annotated[
        Time, msgspec.Meta(description="when the older of the two halves was measured; ISO 8601, UTC")
    ]
    latitude_deg: Number
    longitude_deg: Number
    quality: Annotated[
        Quality, msgspec.Meta(description="measured: its halves lie at most 2 s apart; approximate: up to 5 minutes")
    ]
    altitude_m: Annotated[
        Number | None, msgspec.Meta(description="height above sea level; null when it was not measured within 2 s")
    ]
    heading_deg: Annotated[
        Number | None, msgspec.Meta(description="clockwise from north; null when it was not measured within 2 s")
    ]


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

    `after` is the `next` of the page before, which held newer ones; ConfigError for any other.
    """
    viewer.require_vehicle(vin)
    tokens = ListTokens("positions", vin)
    if after is not None:
        to_ms = min(to_ms, tokens.parse_number(after))  # no two positions share a time
    positions = await _load_newest(readings, vin, from_ms=from_ms, to_ms=to_ms, enough=limit + 1)
    page, is_complete = positions[-limit:], len(positions) <= limit
    return NewestPage(
        items=[_describe_position(position) for position in page],
        next=None if is_complete else tokens.token(page[0].measured_at_ms),
        is_complete=is_complete,
    )


async def _load_newest(readings: ReadingQuery, vin: Vin, *, from_ms: int, to_ms: int, enough: int) -> list[Position]:
    """Return the newest positions of a range, oldest first: at least `enough`, or all there are.

    This goes back from the newest coordinate, in stretches twice as long each time: most pages need one day.
    """
    stored = [series for series in await readings.series(vin) if series.descriptor in LATITUDES | LONGITUDES]
    from_ms = max(from_ms, min((series.first_measured_at_ms for series in stored), default=to_ms))
    until_ms = min(to_ms, max((series.last_measured_at_ms for series in stored), default=from_ms) + 1)
    positions: list[Position] = []
    stretch_ms = DAY_MS
    while until_ms > from_ms and len(positions) < enough:
        since_ms = max(from_ms, until_ms - stretch_ms)
        positions[:0] = await _load_stretch(readings, vin, from_ms=since_ms, to_ms=until_ms)
        until_ms, stretch_ms = since_ms, min(2 * stretch_ms, LONGEST_STRETCH_MS)
    return positions


async def _load_stretch(readings: ReadingQuery, vin: Vin, *, from_ms: int, to_ms: int) -> list[Position]:
    """Return the positions of a stretch. What lies around it is read too: what pairs does not depend on the stretch."""
    points: list[Point] = []
    after: str | None = None
    while True:
        page, after = await readings.range(
            vin, _DESCRIPTORS, from_ms=from_ms - REACH_MS, to_ms=to_ms + REACH_MS, limit=MOST_ROWS, after=after
        )
        points += page
        if after is None:
            break
    positions = pair_positions(
        _values(points, LATITUDES),
        _values(points, LONGITUDES),
        altitudes=_values(points, {ALTITUDE}),
        headings=_values(points, HEADINGS),
    )
    return [position for position in positions if from_ms <= position.measured_at_ms < to_ms]


def _values(points: Sequence[Point], descriptors: Collection[Descriptor]) -> list[Coordinate]:
    return [
        Coordinate(point.measured_at_ms, point.value, point.sent_after_ms)
        for point in points
        if point.descriptor in descriptors
    ]


def _describe_position(position: Position) -> PositionAnswer:
    return PositionAnswer(
        measured_at=format_time(position.measured_at_ms),
        latitude_deg=position.latitude_deg,
        longitude_deg=position.longitude_deg,
        quality=position.quality,
        altitude_m=position.altitude_m,
        heading_deg=position.heading_deg,
    )
