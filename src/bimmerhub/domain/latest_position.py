"""The newest position of a vehicle, out of latitudes and longitudes that come apart and in any order."""

from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from typing import Final

from bimmerhub.domain.newest import NewestReadings
from bimmerhub.domain.positions import (
    LATITUDES,
    REACH_MS,
    TOLERANCE_MS,
    Position,
    is_no_position,
    pair_quality,
    pair_times,
)
from bimmerhub.domain.reading import Reading, is_number, value_rank
from bimmerhub.times import HOUR_MS, SECOND_MS

_MAX_KEPT: Final = 8192

_RECEDES_MEASURED_MS: Final = 10 * SECOND_MS
_RECEDES_MS: Final = 26 * HOUR_MS
"""How far the newest position can go back in time, at most, when more readings come.

Whoever loses a partner loses it to a nearer one. From half to nearest half the distance falls, by whole seconds, until
two are each other's nearest; as far as 2 + 2 + 1 + 1 s for a measured position, twice 300 + 299 + ... + 1 s for any.
"""


@dataclass(slots=True)
class _Track:
    """The readings of one coordinate that have a say in the newest position, by their instants."""

    times: list[int] = field(default_factory=list)
    numbers: dict[int, NewestReadings] = field(default_factory=dict)
    zeros: dict[int, NewestReadings] = field(default_factory=dict)

    def add(self, reading: Reading) -> None:
        """Take in a reading of a number."""
        time_ms = reading.measured_at_ms
        if time_ms not in self.numbers and time_ms not in self.zeros:
            insort(self.times, time_ms)
        instants = self.numbers if reading.value else self.zeros
        instants.setdefault(time_ms, NewestReadings()).take(reading)

    def reading(self, time_ms: int) -> Reading:
        """Return the reading that counts of that instant; 0 only where there is no other."""
        instants = self.numbers if time_ms in self.numbers else self.zeros
        return max(
            instants[time_ms].view().values(),  # more than one where several families tell of the same instant
            key=lambda reading: (reading.sent_after_ms, value_rank(reading.value), reading.descriptor),
        )

    def drop(self, first: int, last: int) -> None:
        """Forget the instants at these places, the last one excluded."""
        for old_ms in self.times[first:last]:
            self.numbers.pop(old_ms, None)
            self.zeros.pop(old_ms, None)
        del self.times[first:last]


class LatestPosition:
    """The newest position that can be made of the readings so far, whatever their order. Mutable; owned by one task.

    It is the last of those that `pair_times` makes of all readings. What is too old to have a say in it is forgotten.
    Of a coordinate that comes without the other, the newest 4,000 to 8,000 instants are kept; only then could order
    matter.
    """

    def __init__(self) -> None:
        self._latitudes = _Track()
        self._longitudes = _Track()
        self._pair: tuple[int, int] | None = None
        self._since_ms: int | None = None
        self._is_due = False

    def add(self, reading: Reading) -> None:
        """Take in a latitude or a longitude."""
        if not is_number(reading.value) or (self._since_ms is not None and reading.measured_at_ms < self._since_ms):
            return
        track = self._latitudes if reading.descriptor in LATITUDES else self._longitudes
        track.add(reading)
        self._is_due = True
        if len(track.times) > _MAX_KEPT:
            self._pair_anew()

    def is_settled(self, *, before_ms: int) -> bool:
        """Tell whether no coordinate measured before that time can change the newest position."""
        self._pair_anew()
        return self._since_ms is not None and self._since_ms >= before_ms

    def halves(self) -> tuple[Reading, Reading] | None:
        """Return the latitude and the longitude of the newest position; None when no two fit."""
        self._pair_anew()
        if self._pair is None:
            return None
        return self._latitudes.reading(self._pair[0]), self._longitudes.reading(self._pair[1])

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

    def _pair_anew(self) -> None:
        """Pair what there is, if something has come, and forget what has no say any more."""
        if not self._is_due:
            return
        self._is_due = False
        pairs = pair_times(self._latitudes.times, self._longitudes.times)
        if pairs:
            self._pair = pairs[-1]
            measured = next((pair for pair in reversed(pairs) if abs(pair[0] - pair[1]) <= TOLERANCE_MS), None)
            since = [min(self._pair) - _RECEDES_MS] + ([min(measured) - _RECEDES_MEASURED_MS] if measured else [])
            self._since_ms = max(since) - REACH_MS
        for track in (self._latitudes, self._longitudes):
            if self._since_ms is not None:
                track.drop(0, bisect_left(track.times, self._since_ms))
            if len(track.times) > _MAX_KEPT:
                in_use = 0 if self._pair is None else bisect_right(track.times, max(self._pair) + REACH_MS)
                track.drop(in_use, max(in_use, len(track.times) // 2))
