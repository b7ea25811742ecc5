"""Positions out of latitudes and longitudes, which BMW sends apart.

Only about 60 % of them have a partner of the same time; the others are 1 to 181 s apart, whichever arrives first
(observed by clients 2025-2026). So they are paired by their own times, never by arrival, and a position says how well
its halves fit: 10 s at 110 km/h are 300 m.

Pairing looks no further than `REACH_MS` to each side. So the positions of a stretch of time are the same whether they
are asked for alone or as part of a longer one.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from bimmerhub.domain.reading import Reading, Value, is_number
from bimmerhub.domain.signals.older_families import family_descriptors
from bimmerhub.ids import Descriptor
from bimmerhub.times import MINUTE_MS

LATITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.latitude")
LONGITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.longitude")
LATITUDES: Final = frozenset({LATITUDE, *family_descriptors("latitude_deg")})
LONGITUDES: Final = frozenset({LONGITUDE, *family_descriptors("longitude_deg")})
"""Those of BMW's older families too."""
ALTITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.altitude")
HEADING: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.heading")
HEADINGS: Final = frozenset({HEADING, *family_descriptors("heading_deg")})

TOLERANCE_MS: Final = 2_000
"""Halves at most this far apart make a measured position: BMW's of one moment have one time or lie 1 s apart (observed
by clients 2025-2026)."""

APPROXIMATE_TOLERANCE_MS: Final = 5 * MINUTE_MS
"""Halves at most this far apart make an approximate position; beyond it, none."""

REACH_MS: Final = 2 * (APPROXIMATE_TOLERANCE_MS + 2 * TOLERANCE_MS)
"""Readings further away than this have no say in whether there is a position, and which."""

Quality = Literal["measured", "approximate"]


class Coordinate(NamedTuple):
    """One value of a coordinate, when it was measured (ms since 1970 UTC), and how long after that it was sent."""

    measured_at_ms: int
    value: Value
    sent_after_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in degrees (WGS 84). `measured_at_ms` is the time of its older half.

    Height above sea level and direction (clockwise from north) are None unless they were measured within
    `TOLERANCE_MS` of it.
    """

    measured_at_ms: int
    latitude_deg: float
    longitude_deg: float
    quality: Quality
    altitude_m: float | None = None
    heading_deg: float | None = None


def pair_positions(
    latitudes: Iterable[Coordinate],
    longitudes: Iterable[Coordinate],
    *,
    altitudes: Iterable[Coordinate] = (),
    headings: Iterable[Coordinate] = (),
) -> list[Position]:
    """Return the positions that these degrees, metres and degrees make, oldest first; their order makes no difference.

    Which times make a pair says `pair_times`. "No value" makes no position, and neither does latitude 0 with longitude
    0. BMW stamps whole seconds and sends bursts: of several values of one instant the newest counts, the one sent last,
    then the larger one; 0 only where there is no other, for a car that does not know where it is says 0 for both.
    """
    lat_by_time, lon_by_time = _by_time(latitudes), _by_time(longitudes)
    altitude_at, heading_at = _nearest_to(_by_time(altitudes)), _nearest_to(_by_time(headings))
    return [
        Position(
            measured_at_ms=min(lat_ms, lon_ms),
            latitude_deg=lat_by_time[lat_ms],
            longitude_deg=lon_by_time[lon_ms],
            quality=_quality(lat_ms, lon_ms),
            altitude_m=altitude_at(min(lat_ms, lon_ms)),
            heading_deg=heading_at(min(lat_ms, lon_ms)),
        )
        for lat_ms, lon_ms in pair_times(sorted(lat_by_time), sorted(lon_by_time))
        if not is_no_position(lat_by_time[lat_ms], lon_by_time[lon_ms])
    ]


def is_no_position(latitude_deg: float, longitude_deg: float) -> bool:
    """Tell whether the two mean that there is no position: 0,0 is what cars say that do not know where they are.

    One of them alone may be 0: Greenwich lies there (observed by clients 2025-2026).
    """
    return latitude_deg == 0 and longitude_deg == 0


def pair_quality(latitude: Reading, longitude: Reading) -> Quality:
    """Return how well two halves of a position fit."""
    return _quality(latitude.measured_at_ms, longitude.measured_at_ms)


def _quality(lat_ms: int, lon_ms: int) -> Quality:
    return "measured" if abs(lat_ms - lon_ms) <= TOLERANCE_MS else "approximate"


def _by_time(coordinates: Iterable[Coordinate]) -> dict[int, float]:
    """Return the number that counts of each instant."""
    first_sent: dict[tuple[int, float], int] = {}
    for at_ms, value, sent_after_ms in coordinates:
        if is_number(value):
            key = (at_ms, float(value))
            first_sent[key] = min(first_sent.get(key, sent_after_ms), sent_after_ms)
    best: dict[int, tuple[bool, int, float]] = {}
    for (at_ms, number), sent_after_ms in first_sent.items():
        rank = (number != 0, sent_after_ms, number)
        best[at_ms] = max(rank, best.get(at_ms, rank))
    return {at_ms: number for at_ms, (_, _, number) in best.items()}


def pair_times(lat_times: Sequence[int], lon_times: Sequence[int]) -> list[tuple[int, int]]:
    """Return the times of the two halves of each position, in the order of the older ones; both are sorted.

    Two halves are a pair when each is the nearest to the other in time; of two as near a latitude takes the later and a
    longitude the earlier one, so that halves which alternate all find a partner. What has none within `TOLERANCE_MS` is
    paired the same way with the others left over: that position is approximate, and there is none where a measured one
    lies between its halves. Each time is used once.
    """
    measured = _pair_nearest(lat_times, lon_times, TOLERANCE_MS)
    used_lat, used_lon = {lat_ms for lat_ms, _ in measured}, {lon_ms for _, lon_ms in measured}
    rest = _pair_nearest(
        [lat_ms for lat_ms in lat_times if lat_ms not in used_lat],
        [lon_ms for lon_ms in lon_times if lon_ms not in used_lon],
        APPROXIMATE_TOLERANCE_MS,
    )
    measured_times = sorted(map(min, measured))
    approximate = [
        pair for pair in rest if bisect_left(measured_times, min(pair)) == bisect_right(measured_times, max(pair))
    ]
    return sorted([*measured, *approximate], key=lambda pair: (min(pair), pair))


def _pair_nearest(lat_times: Sequence[int], lon_times: Sequence[int], tolerance_ms: int) -> list[tuple[int, int]]:
    """Return the pairs at most so far apart of which each is the other's nearest; both are sorted."""
    pairs = []
    for lat_ms in lat_times:
        lon_ms = _nearest(lon_times, lat_ms, prefers_later=True)
        if (
            lon_ms is not None
            and abs(lon_ms - lat_ms) <= tolerance_ms
            and _nearest(lat_times, lon_ms, prefers_later=False) == lat_ms
        ):
            pairs.append((lat_ms, lon_ms))
    return pairs


def _nearest(times: Sequence[int], time_ms: int, *, prefers_later: bool) -> int | None:
    """Return the one of these sorted times that is nearest; None when there are none."""
    at = bisect_left(times, time_ms)
    around = times[max(0, at - 1) : at + 1]
    return min(
        reversed(around) if prefers_later else around, key=lambda other_ms: abs(other_ms - time_ms), default=None
    )


def _nearest_to(values: Mapping[int, float]) -> Callable[[int], float | None]:
    """Return a function from a time to the value measured nearest to it, None beyond `TOLERANCE_MS`."""
    times = sorted(values)

    def value_at(time_ms: int) -> float | None:
        nearest_ms = _nearest(times, time_ms, prefers_later=False)
        return None if nearest_ms is None or abs(nearest_ms - time_ms) > TOLERANCE_MS else values[nearest_ms]

    return value_at
