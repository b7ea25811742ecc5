"""Positions out of latitudes and longitudes, which BMW sends apart.

Only about 60 % of them have a partner of the same time; the others are 2 to 181 s apart, whichever arrives first
(observed by clients 2025-2026). So they are paired by their own times, never by arrival, and a position says how well
its halves fit.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from typing import Final, Literal, TypeGuard

from bimmerhub.domain.newest import NewestReadings
from bimmerhub.domain.reading import Reading, Value
from bimmerhub.ids import Descriptor
from bimmerhub.times import MINUTE_MS

LATITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.latitude")
LONGITUDE: Final = Descriptor("vehicle.cabin.infotainment.navigation.currentLocation.longitude")

TOLERANCE_MS: Final = 10_000
"""Halves at most this far apart make a measured position."""

APPROXIMATE_TOLERANCE_MS: Final = 5 * MINUTE_MS
"""Halves at most this far apart make an approximate position; beyond it, none."""

_MAX_KEPT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """A place in degrees (WGS 84). `measured_at_ms` is the time of its older half."""

    measured_at_ms: int
    latitude_deg: float
    longitude_deg: float
    quality: Literal["measured", "approximate"]


def pair_positions(
    latitudes: Iterable[tuple[int, Value]],
    longitudes: Iterable[tuple[int, Value]],
    *,
    tolerance_ms: int = TOLERANCE_MS,
) -> list[Position]:
    """Return the positions made of these (measured_at_ms, degrees), oldest first; their order makes no difference.

    Values of equal times are paired first, the rest with the nearest in time, up to `tolerance_ms`. Each value is used
    once; a value without a partner is left out, and so is "no value". BMW stamps whole seconds and sends bursts:
    several values of one instant count as their median.
    """
    lat_by_time, lon_by_time = _by_time(latitudes), _by_time(longitudes)
    equal = lat_by_time.keys() & lon_by_time.keys()
    pairs = [(time_ms, time_ms) for time_ms in equal]
    pairs += _pair_nearest(sorted(lat_by_time.keys() - equal), sorted(lon_by_time.keys() - equal), tolerance_ms)
    return [
        Position(
            measured_at_ms=min(lat_ms, lon_ms),
            latitude_deg=lat_by_time[lat_ms],
            longitude_deg=lon_by_time[lon_ms],
            quality=_quality(lat_ms, lon_ms),
        )
        for lat_ms, lon_ms in sorted(pairs, key=lambda pair: (min(pair), pair))
    ]


def _by_time(values: Iterable[tuple[int, Value]]) -> dict[int, float]:
    by_time: dict[int, list[float]] = {}
    for time_ms, value in values:
        if _is_number(value):
            by_time.setdefault(time_ms, []).append(float(value))
    return {time_ms: degrees[0] if len(degrees) == 1 else median(degrees) for time_ms, degrees in by_time.items()}


def _pair_nearest(lat_times: list[int], lon_times: list[int], tolerance_ms: int) -> list[tuple[int, int]]:
    candidates = sorted(
        (abs(lat_ms - lon_ms), lat_ms, lon_ms)
        for lat_ms in lat_times
        for lon_ms in lon_times[
            bisect_left(lon_times, lat_ms - tolerance_ms) : bisect_right(lon_times, lat_ms + tolerance_ms)
        ]
    )
    used_lat: set[int] = set()
    used_lon: set[int] = set()
    pairs = []
    for _, lat_ms, lon_ms in candidates:
        if lat_ms not in used_lat and lon_ms not in used_lon:
            used_lat.add(lat_ms)
            used_lon.add(lon_ms)
            pairs.append((lat_ms, lon_ms))
    return pairs


def pair_quality(latitude: Reading, longitude: Reading) -> Literal["measured", "approximate"]:
    """Return how well two halves of a position fit."""
    return _quality(latitude.measured_at_ms, longitude.measured_at_ms)


def _quality(lat_ms: int, lon_ms: int) -> Literal["measured", "approximate"]:
    return "measured" if abs(lat_ms - lon_ms) <= TOLERANCE_MS else "approximate"


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


@dataclass(slots=True)
class _Track:
    """The readings of one coordinate that can still become half of a better position, by their instants."""

    times: list[int] = field(default_factory=list)
    instants: dict[int, NewestReadings] = field(default_factory=dict)

    def add(self, reading: Reading) -> bool:
        """Take in a reading and tell whether its time is new."""
        time_ms = reading.measured_at_ms
        is_new = time_ms not in self.instants
        if is_new:
            self.instants[time_ms] = NewestReadings()
            insort(self.times, time_ms)
        self.instants[time_ms].take(reading)
        return is_new

    def reading(self, time_ms: int) -> Reading:
        """Return the newest reading of that instant."""
        [newest] = self.instants[time_ms].view().values()
        return newest

    def neighbours(self, time_ms: int) -> list[int]:
        """Return the nearest times before (or at) and after (or at) `time_ms`."""
        at = bisect_left(self.times, time_ms)
        return self.times[max(0, at - 1) : at + 1]

    def drop_before(self, time_ms: int) -> None:
        """Forget what is older."""
        count = bisect_left(self.times, time_ms)
        for old_ms in self.times[:count]:
            del self.instants[old_ms]
        del self.times[:count]

    def thin(self) -> None:
        """Forget the older half, but for the very oldest, which may be in use."""
        half = len(self.times) // 2
        for old_ms in self.times[1:half]:
            del self.instants[old_ms]
        del self.times[1:half]


class LatestPosition:
    """The newest position that can be made of the readings so far, whatever their order. Mutable; owned by one task.

    Of two pairs the better one has the larger score: the time of its older half, minus the time between its halves. So
    a close pair of a moment ago beats a loose pair of now. A reading that is older than the best score cannot be part
    of a better pair and is forgotten. While one coordinate never comes, the other keeps its newest 4096 instants; only
    then could order matter.
    """

    def __init__(self) -> None:
        self._latitudes = _Track()
        self._longitudes = _Track()
        self._best: tuple[int, int, int, int] | None = None

    def add_latitude(self, reading: Reading) -> None:
        """Take in a latitude."""
        if self._is_useful(reading) and self._latitudes.add(reading):
            for lon_ms in self._longitudes.neighbours(reading.measured_at_ms):
                self._consider(reading.measured_at_ms, lon_ms)
            self._forget()

    def add_longitude(self, reading: Reading) -> None:
        """Take in a longitude."""
        if self._is_useful(reading) and self._longitudes.add(reading):
            for lat_ms in self._latitudes.neighbours(reading.measured_at_ms):
                self._consider(lat_ms, reading.measured_at_ms)
            self._forget()

    def halves(self) -> tuple[Reading, Reading] | None:
        """Return the latitude and the longitude of the newest position; None when no two fit."""
        if self._best is None:
            return None
        _, _, lat_ms, lon_ms = self._best
        return self._latitudes.reading(lat_ms), self._longitudes.reading(lon_ms)

    def position(self) -> Position | None:
        """Return the newest position; None when no two coordinates fit."""
        halves = self.halves()
        if halves is None:
            return None
        latitude, longitude = halves
        if not _is_number(latitude.value) or not _is_number(longitude.value):
            return None
        return Position(
            measured_at_ms=min(latitude.measured_at_ms, longitude.measured_at_ms),
            latitude_deg=latitude.value,
            longitude_deg=longitude.value,
            quality=pair_quality(latitude, longitude),
        )

    def _is_useful(self, reading: Reading) -> bool:
        return _is_number(reading.value) and (self._best is None or reading.measured_at_ms >= self._best[0])

    def _consider(self, lat_ms: int, lon_ms: int) -> None:
        apart_ms, older_ms = abs(lat_ms - lon_ms), min(lat_ms, lon_ms)
        pair = (older_ms - apart_ms, older_ms, lat_ms, lon_ms)
        if apart_ms <= APPROXIMATE_TOLERANCE_MS and (self._best is None or pair > self._best):
            self._best = pair

    def _forget(self) -> None:
        for track in (self._latitudes, self._longitudes):
            if self._best is not None:
                track.drop_before(self._best[0])
            if len(track.times) > _MAX_KEPT:
                track.thin()
