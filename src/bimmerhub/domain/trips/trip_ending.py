"""When a trip is over, when it was over, and how exactly that is known.

A trip ends where the best sign says: BMW's own word for the end first, then switching off soon after standing still,
then standing still, then the last sign of driving itself. Whether it is over is a question of time: a stop of a quarter
of an hour is part of it, and so is a silence.
"""

from typing import NamedTuple

from bimmerhub.domain.trips.trip_limits import (
    CARRIED_MS,
    CONFIRMED_MS,
    DETOUR,
    HINT_HOLDS_MS,
    HOLE_KMH,
    LEAVING_CAR_MS,
    MOVING_ERROR_S,
    ODOMETER_SLACK_KM,
    PAUSE_MS,
    QUICK_KMH,
    SILENT_ERROR_S,
    UNTOLD_KMH,
)
from bimmerhub.domain.trips.trip_state import TripSoFar
from bimmerhub.times import HOUR_MS


class TripEnding(NamedTuple):
    """The end of a trip, how far off it may be, and the descriptor that told it.

    `is_told` when more than silence says so.
    """

    at_ms: int
    error_s: float
    ended_by: str
    is_told: bool


def find_ending(trip: TripSoFar) -> TripEnding:
    """Return where a trip ends if nothing more comes."""
    if trip.segment_end_ms is not None and trip.segment_end_by is not None:
        return TripEnding(trip.segment_end_ms, MOVING_ERROR_S, trip.segment_end_by, is_told=True)
    if trip.stood_ms is None or trip.stood_by is None:
        return TripEnding(trip.moved_ms, SILENT_ERROR_S, trip.moved_by, is_told=False)
    off_ms = trip.stood_ms if trip.off_ms is None else trip.off_ms
    at_ms = off_ms if off_ms - trip.stood_ms <= LEAVING_CAR_MS else trip.stood_ms
    return TripEnding(at_ms, MOVING_ERROR_S, trip.stood_by, is_told=True)


def across_silence(trip: TripSoFar, come_km: float) -> TripSoFar | None:
    """Return a trip as it went on in a silence, since the car came so far by the time it said that it stands.

    None when it said no such thing, or came along too slowly not to have stopped.
    """
    if trip.later_stood_ms is None:
        return None
    silent_ms = trip.later_stood_ms - trip.moved_ms
    if silent_ms > CARRIED_MS or come_km / silent_ms * HOUR_MS < HOLE_KMH:
        return None
    return trip._replace(
        stood_ms=trip.later_stood_ms, stood_by=trip.later_stood_by, later_stood_ms=None, later_stood_by=None
    )


def quiet_since_ms(trip: TripSoFar) -> int:
    """Return since when there was no sign of driving."""
    return trip.moved_ms if trip.stood_ms is None else max(trip.moved_ms, trip.stood_ms)


def over_at_ms(trip: TripSoFar) -> int:
    """Return when the trip counts as over if nothing more comes."""
    if trip.is_closed:
        return quiet_since_ms(trip)
    if trip.is_hinted:
        return max(trip.first_ms + HINT_HOLDS_MS, quiet_since_ms(trip) + PAUSE_MS)
    if trip.off_ms is not None or trip.segment_end_ms is not None:
        return quiet_since_ms(trip) + CONFIRMED_MS
    return quiet_since_ms(trip) + PAUSE_MS


def may_go_on(trip: TripSoFar, at_ms: int) -> bool:
    """Tell whether a sign of driving at that time is of the same trip."""
    if trip.is_hinted and at_ms - trip.first_ms <= HINT_HOLDS_MS:
        return True
    return not trip.is_closed and at_ms - quiet_since_ms(trip) <= PAUSE_MS


def uncounted_km(trip: TripSoFar) -> float:
    """Return how far a trip went after its last odometer, along its positions, at most as far as a car drives."""
    unseen_ms = max(0, find_ending(trip).at_ms - trip.counted_ms)
    return min(trip.path_km - trip.counted_km, unseen_ms / HOUR_MS * QUICK_KMH)


def further_than_counted_km(trip: TripSoFar) -> float:
    """Return what a trip's distance has beyond its odometer; 0 for less than a kilometre, which is rounding."""
    if not trip.is_counted or trip.odometer_km == trip.start_odometer_km:
        return 0.0
    further_km = uncounted_km(trip)
    return further_km if further_km >= 1 else 0.0


def may_have_driven_km(trip: TripSoFar) -> float:
    """Return how many kilometres that are told after a trip can be its own: what it drove since its last odometer."""
    unseen_ms = max(0, find_ending(trip).at_ms - max(trip.counted_ms, trip.start_ms))
    return max(uncounted_km(trip) * DETOUR, unseen_ms / HOUR_MS * UNTOLD_KMH) + ODOMETER_SLACK_KM
