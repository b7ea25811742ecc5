"""The stops of a car: what lies between its trips.

They are found when they are read, from the trips as they are then: a trip that is corrected, merged or split moves the
stops around it, and nothing has to be made anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from bimmerhub.domain.trips.trip_record import Trip


class Drive(NamedTuple):
    """A trip, from when to when (milliseconds UTC)."""

    start_at_ms: int
    end_at_ms: int
    trip: Trip


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A car that stands, from arrival to departure (milliseconds UTC). None: not told.

    `end_at_ms` is None while it stands, and `end_soc_percent` with it. `missing_km` is how far the odometer says that
    it was driven in that time without a trip.
    """

    start_at_ms: int
    end_at_ms: int | None
    start_soc_percent: float | None
    end_soc_percent: float | None
    latitude_deg: float | None
    longitude_deg: float | None
    missing_km: float

    def overlaps(self, from_ms: int, to_ms: int | None) -> bool:
        """Tell whether it stood in a part of that time; `to_ms` None is open."""
        return (self.end_at_ms is None or from_ms < self.end_at_ms) and (to_ms is None or to_ms > self.start_at_ms)


def find_stops(drives: Sequence[Drive]) -> list[Stop]:
    """Return the stops after these trips, which are in order of time; the last one is open unless the car is driven."""
    stops = [_between(drive, after) for drive, after in pairwise(drives) if after.start_at_ms > drive.end_at_ms]
    if drives and drives[-1].trip.is_over:
        stops.append(_between(drives[-1], None))
    return stops


def _between(drive: Drive, after: Drive | None) -> Stop:
    return Stop(
        start_at_ms=drive.end_at_ms,
        end_at_ms=None if after is None else after.start_at_ms,
        start_soc_percent=drive.trip.end_soc_percent,
        end_soc_percent=None if after is None else after.trip.start_soc_percent,
        latitude_deg=drive.trip.end_latitude_deg,
        longitude_deg=drive.trip.end_longitude_deg,
        missing_km=0.0 if after is None else after.trip.missing_before_km,
    )
