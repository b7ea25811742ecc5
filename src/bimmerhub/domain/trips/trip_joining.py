"""Whether two stretches of driving are one trip after all: a hole in what was heard, a car on a train or a ferry.

A trip that ended is held back until the next one has told where it began: across a hole the car came along, and on a
train it came far while its odometer stood still.
"""

from enum import Enum, auto
from typing import Final

from bimmerhub.domain.trips.trip_ending import find_ending
from bimmerhub.domain.trips.trip_limits import AT_ONCE_MS, CARRIED_KM, CARRIED_MS, HOLE_KMH, ODOMETER_SLACK_KM, PAUSE_MS
from bimmerhub.domain.trips.trip_state import TripPlace, TripSoFar, distance_km
from bimmerhub.times import HOUR_MS

_SHARE_DRIVEN: Final = 0.5
"""What part of the way a car that was driven has on its odometer, at least: the straight line is never so long."""


class JoinVerdict(Enum):
    """What is known of two stretches."""

    OPEN = auto()
    ONE_TRIP = auto()
    TWO_TRIPS = auto()


def judge_gap(before: TripSoFar, trip: TripSoFar, now_ms: int) -> JoinVerdict:
    """Return whether a trip goes on with the one before it, as far as is known at `now_ms`."""
    gap_ms = trip.start_ms - find_ending(before).at_ms
    if before.is_closed or gap_ms > CARRIED_MS:
        return JoinVerdict.TWO_TRIPS
    if trip.is_estimated:
        return _judge_arrival(trip, gap_ms, now_ms)
    if not trip.is_sure:
        return JoinVerdict.OPEN  # it may be carried
    return _judge_places(before, trip)


def _judge_places(before: TripSoFar, trip: TripSoFar) -> JoinVerdict:
    """Judge by where the one ended and the other began."""
    left = before.place or before.start_place
    if left is None or _set_off_there(left, trip):
        return JoinVerdict.TWO_TRIPS
    if trip.place is None:
        return JoinVerdict.OPEN
    if before.stood_ms is None and before.segment_end_ms is None:
        return _judge_hole(left._replace(at_ms=max(left.at_ms, before.first_ms)), trip, trip.place)
    return _judge_carried(before, trip) if trip.jump_km >= CARRIED_KM else JoinVerdict.TWO_TRIPS


def _set_off_there(left: TripPlace, trip: TripSoFar) -> bool:
    """Tell whether a trip began where the one before it ended."""
    return trip.is_anchored and trip.start_place is not None and distance_km(left, trip.start_place) < CARRIED_KM


def _judge_arrival(trip: TripSoFar, gap_ms: int, now_ms: int) -> JoinVerdict:
    """Judge a trip of which only the arrival was told: what says how long it was comes with it."""
    if now_ms <= trip.first_ms + AT_ONCE_MS:
        return JoinVerdict.OPEN
    return JoinVerdict.ONE_TRIP if gap_ms <= PAUSE_MS else JoinVerdict.TWO_TRIPS


def _judge_hole(left: TripPlace, trip: TripSoFar, place: TripPlace) -> JoinVerdict:
    """Judge a silence by how fast the car came across it; by two positions, for one may be far off."""
    if distance_km(left, place) / max(1, place.at_ms - left.at_ms) * HOUR_MS < HOLE_KMH:
        return JoinVerdict.TWO_TRIPS
    return JoinVerdict.ONE_TRIP if trip.places > 1 else JoinVerdict.OPEN


def join_trips(before: TripSoFar, trip: TripSoFar) -> TripSoFar:
    """Return two stretches as one trip."""
    gap_ms = max(0, trip.start_ms - find_ending(before).at_ms)
    return trip._replace(
        start_ms=before.start_ms,
        start_error_s=before.start_error_s,
        started_by=before.started_by,
        first_ms=before.first_ms,
        is_sure=before.is_sure or trip.is_sure,
        is_start_guessed=before.is_start_guessed,
        is_estimated=before.is_estimated,
        start_place=before.start_place,
        start_odometer_km=before.start_odometer_km,
        accounted_km=before.accounted_km,
        path_km=before.path_km + trip.path_km,
        places=before.places + trip.places,
        start_soc_percent=before.start_soc_percent,
        start_fuel_l=before.start_fuel_l,
        up_m=before.up_m + trip.up_m,
        down_m=before.down_m + trip.down_m,
        standing_ms=before.standing_ms + trip.standing_ms + gap_ms,
    )


def _judge_carried(before: TripSoFar, trip: TripSoFar) -> JoinVerdict:
    """Judge by the odometer, once it has told of the new stretch."""
    if (
        trip.places == 1
        or before.odometer_km is None
        or trip.odometer_km is None
        or trip.odometer_km <= before.odometer_km
    ):
        return JoinVerdict.OPEN
    risen_km = trip.odometer_km - before.odometer_km
    is_carried = risen_km - ODOMETER_SLACK_KM < (trip.jump_km + trip.path_km) * _SHARE_DRIVEN
    return JoinVerdict.ONE_TRIP if is_carried else JoinVerdict.TWO_TRIPS
