"""The newest position of a vehicle, out of latitudes and longitudes that come apart and in any order."""

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import Final

from bimmerhub.domain.newest import NewestReadings
from bimmerhub.domain.positions import (
    APPROXIMATE_TOLERANCE_MS,
    LATITUDE,
    LONGITUDE,
    Position,
    is_no_position,
    pair_quality,
)
from bimmerhub.domain.reading import Reading, is_number

_MAX_KEPT: Final = 4096


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

    def add(self, reading: Reading) -> None:
        """Take in a latitude or a longitude."""
        if not self._is_useful(reading):
            return
        at_ms = reading.measured_at_ms
        if reading.descriptor == LATITUDE and self._latitudes.add(reading):
            for lon_ms in self._longitudes.neighbours(at_ms):
                self._consider(at_ms, lon_ms)
        elif reading.descriptor == LONGITUDE and self._longitudes.add(reading):
            for lat_ms in self._latitudes.neighbours(at_ms):
                self._consider(lat_ms, at_ms)
        self._forget()

    def is_settled(self, *, before_ms: int) -> bool:
        """Tell whether no coordinate measured before that time can change the newest position."""
        return self._best is not None and self._best[0] >= before_ms

    def halves(self) -> tuple[Reading, Reading] | None:
        """Return the latitude and the longitude of the newest position; None when no two fit."""
        if self._best is None:
            return None
        _, _, lat_ms, lon_ms = self._best
        return self._latitudes.reading(lat_ms), self._longitudes.reading(lon_ms)

    def position(self) -> Position | None:
        """Return the newest position; None when no two coordinates fit, or the newest ones say that there is none."""
        halves = self.halves()
        if halves is None:
            return None
        latitude, longitude = halves
        if not is_number(latitude.value) or not is_number(longitude.value):
            return None
        if is_no_position(latitude.value, longitude.value):
            return None
        return Position(
            measured_at_ms=min(latitude.measured_at_ms, longitude.measured_at_ms),
            latitude_deg=latitude.value,
            longitude_deg=longitude.value,
            quality=pair_quality(latitude, longitude),
        )

    def _is_useful(self, reading: Reading) -> bool:
        return is_number(reading.value) and (self._best is None or reading.measured_at_ms >= self._best[0])

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
