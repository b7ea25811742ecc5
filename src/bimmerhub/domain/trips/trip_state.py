"""What the fold of trips remembers between two readings: the car, the trip under way, and one that may go on.

Named tuples, because a busy car changes them with every reading: a frozen dataclass takes three times as long to
replace. Times are milliseconds since 1970 UTC.
"""

from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

_EARTH_KM = 6371.0


class TripPlace(NamedTuple):
    """Where the car was, in degrees (WGS 84)."""

    at_ms: int
    latitude_deg: float
    longitude_deg: float


class Level(NamedTuple):
    """A level of battery or tank, and the one before, for a level that comes with the sign of a whole trip."""

    at_ms: int
    value: float
    before: float | None = None

    def ahead_of(self, at_ms: int) -> float | None:
        """Return the newest value from before that time."""
        return self.value if self.at_ms < at_ms else self.before


class Car(NamedTuple):
    """What is known of the car, whether it drives or not.

    `paired_ms` are the times of the latitude and the longitude that made the newest position.
    `place` is where it was last; while it is parked, where it was parked. `doubted` is a place to which it would have
    been too fast; the next one decides. At `anchored_ms` it was still where it was parked. `on_ms` and `entered_ms` are
    the last signs of a departure: switched on, driver's door or lock. `motion_ms` is when it last told of motion at
    all. `stood_ms` is the last sign that it stands. At `risen_ms` the odometer rose last, from `risen_from_km`;
    `accounted_km` is the odometer up to which its kilometres are in trips.
    """

    latitude: tuple[int, float] | None = None
    longitude: tuple[int, float] | None = None
    paired_ms: tuple[int, int] | None = None
    place: TripPlace | None = None
    doubted: TripPlace | None = None
    anchored_ms: int | None = None
    altitude_m: float | None = None
    odometer_km: float | None = None
    odometer_ms: int | None = None
    risen_ms: int | None = None
    risen_from_km: float | None = None
    accounted_km: float | None = None
    soc: Level | None = None
    fuel: Level | None = None
    usable_kwh: float | None = None
    on_ms: int | None = None
    entered_ms: int | None = None
    motion_ms: int | None = None
    stood_ms: int | None = None
    segment_end_ms: int | None = None
    segment_end_by: str | None = None


class Segment(NamedTuple):
    """What BMW sums up when a trip is over; None: not told."""

    electric_percent: float | None = None
    eco_percent: float | None = None
    eco_plus_percent: float | None = None
    comfort_energy_kwh: float | None = None
    recuperation_kwh_per_100km: float | None = None
    acceleration_stars: float | None = None
    anticipation_stars: float | None = None


class TripSoFar(NamedTuple):
    """A trip under way, or the last one.

    `first_ms` is the first sign of driving, `moved_ms` the last. From `stood_ms` on it stands, from `off_ms` on it is
    switched off, plugged in or left; both None while it moves. At `later_stood_ms` it said that it stands after a
    silence before which it moved. `segment_end_ms` is when BMW says that it ended. `is_sure`: more than positions
    speaks for it. `is_start_guessed`: nothing told its start. `is_estimated`: only its arrival was told. `is_closed`:
    it cannot go on; `is_hinted`: somebody says that it does. `is_counted`: the odometer was told since it began, last
    at `counted_ms`. From `step_from` on the next position shows whether it was driven. `path_km` is along its
    positions, `counted_km` as much of that as the last odometer includes. `left` is where the trip before ended,
    `jump_km` how much further from it the first two positions are than it can have been driven; `is_anchored`: it set
    off from where it was parked.
    """

    vin: str
    start_ms: int
    start_error_s: float
    started_by: str
    first_ms: int
    moved_ms: int
    moved_by: str
    stood_ms: int | None = None
    stood_by: str | None = None
    off_ms: int | None = None
    segment_end_ms: int | None = None
    segment_end_by: str | None = None
    later_stood_ms: int | None = None
    later_stood_by: str | None = None
    is_sure: bool = False
    is_start_guessed: bool = False
    is_estimated: bool = False
    is_closed: bool = False
    is_hinted: bool = False
    is_counted: bool = False
    counted_ms: int = 0
    start_place: TripPlace | None = None
    place: TripPlace | None = None
    step_from: TripPlace | None = None
    start_odometer_km: float | None = None
    odometer_km: float | None = None
    accounted_km: float | None = None
    path_km: float = 0.0
    counted_km: float = 0.0
    places: int = 0
    left: TripPlace | None = None
    is_anchored: bool = False
    jump_km: float = 0.0
    start_soc_percent: float | None = None
    soc_percent: float | None = None
    soc_ms: int | None = None
    start_fuel_l: float | None = None
    fuel_l: float | None = None
    usable_kwh: float | None = None
    up_m: float = 0.0
    down_m: float = 0.0
    standing_ms: int = 0
    segment: Segment | None = None


class TripState(NamedTuple):
    """The car, the trip under way or the last one, and one before it that may turn out to be the same."""

    car: Car = Car()
    trip: TripSoFar | None = None
    before: TripSoFar | None = None


def distance_km(one: TripPlace, other: TripPlace) -> float:
    """Return the distance between two places as the crow flies, in km."""
    north = radians(other.latitude_deg - one.latitude_deg)
    east = radians(other.longitude_deg - one.longitude_deg)
    half = sin(north / 2) ** 2 + cos(radians(one.latitude_deg)) * cos(radians(other.latitude_deg)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(min(1.0, sqrt(half)))
