"""What positions and heights do to the state of the fold of trips.

A position shows that a car was driven when it lies at a car's speed from the one before, and that a parked car has left
when it lies away from its place. One that is too far waits for the next.
"""

from typing import Final

from bimmerhub.domain.positions import TOLERANCE_MS, is_no_position
from bimmerhub.domain.reading import Reading, Value, is_number
from bimmerhub.domain.trips.trip_ending import across_silence, may_go_on, quiet_since_ms
from bimmerhub.domain.trips.trip_limits import (
    ARRIVAL_MS,
    CARRIED_KM,
    DETOUR,
    DOUBTED_KM,
    FASTEST_KMH,
    LEFT_KM,
    QUICK_KMH,
    STAMP_MS,
    STEP_KM,
    STEP_KMH,
    STEP_MS,
)
from bimmerhub.domain.trips.trip_moves import drive
from bimmerhub.domain.trips.trip_start import departs, tells_motion
from bimmerhub.domain.trips.trip_state import TripPlace, TripSoFar, TripState, distance_km
from bimmerhub.times import HOUR_MS

CLIMB_M: Final = 5.0
"""Height that has to change before it counts: positions jitter by metres."""


def take_latitude(state: TripState, reading: Reading, value: Value) -> TripState:
    """Return the state after a latitude, and the position that it makes with the newest longitude."""
    if not is_number(value):
        return state
    half = (reading.measured_at_ms, float(value))
    return _take_place(state._replace(car=state.car._replace(latitude=half)), reading)


def take_longitude(state: TripState, reading: Reading, value: Value) -> TripState:
    """Return the state after a longitude, and the position that it makes with the newest latitude."""
    if not is_number(value):
        return state
    half = (reading.measured_at_ms, float(value))
    return _take_place(state._replace(car=state.car._replace(longitude=half)), reading)


def _take_place(state: TripState, reading: Reading) -> TripState:
    """Take in the position that two halves make; each makes one only, save when the same instant is told again."""
    latitude, longitude = state.car.latitude, state.car.longitude
    if latitude is None or longitude is None or abs(latitude[0] - longitude[0]) > TOLERANCE_MS:
        return state
    pair_ms, paired_ms = (latitude[0], longitude[0]), state.car.paired_ms
    is_new = paired_ms is None or (pair_ms[0] > paired_ms[0] and pair_ms[1] > paired_ms[1])
    if not (is_new or pair_ms == paired_ms) or is_no_position(latitude[1], longitude[1]):
        return state
    state = state._replace(car=state.car._replace(paired_ms=pair_ms))
    place = TripPlace(max(latitude[0], longitude[0]), latitude[1], longitude[1])
    return _meet(state, reading, place)


def _meet(state: TripState, reading: Reading, place: TripPlace) -> TripState:
    """Take in a position, or doubt it until the next one."""
    before, doubted, trip = state.car.place, state.car.doubted, state.trip
    if before is None:
        return _with_place(state, place, 0.0)
    come_km = distance_km(before, place)
    if trip is not None and (resumed := across_silence(trip, come_km)) is not None:
        state, trip = state._replace(trip=resumed), resumed
    is_parked = trip is None or not may_go_on(trip, place.at_ms)
    is_doubtful = _is_too_fast(before, place) or (is_parked and _is_unannounced(state, place, come_km))
    if is_doubtful and (doubted is None or _is_too_fast(doubted, place)):
        return state._replace(car=state.car._replace(doubted=place))
    if doubted is not None:
        state = state._replace(car=state.car._replace(doubted=None))
    if trip is None or is_parked:
        if doubted is not None and come_km > LEFT_KM and distance_km(doubted, place) < LEFT_KM:
            return _put_right(state, place)
        return _leave(state, reading, place, come_km)
    return _step(state, reading, place, come_km)


def _step(state: TripState, reading: Reading, place: TripPlace, come_km: float) -> TripState:
    """Take in a position of the trip under way: it was driven since the step before, or stands."""
    trip, step_from = state.trip, state.car.place or place
    if trip is not None and trip.step_from is not None:
        step_from = trip.step_from
    is_driven = trip is not None and _shows_driving(trip, step_from, place)
    if is_driven:
        state = drive(state, reading, is_sure=False)
    state = _with_place(state, place, come_km)
    if state.trip is None or not (is_driven or place.at_ms - step_from.at_ms >= STEP_MS):
        return state
    return state._replace(trip=state.trip._replace(step_from=place))


def _is_unannounced(state: TripState, place: TripPlace, come_km: float) -> bool:
    """Tell whether a parked car that tells when it drives is far away without having told."""
    return come_km > CARRIED_KM and tells_motion(state.car, place.at_ms) and not departs(state.car, place.at_ms)


def _is_too_fast(before: TripPlace, place: TripPlace) -> bool:
    """Tell whether a car cannot have come from one place to the other in that time."""
    reach_km = LEFT_KM + max(1_000, place.at_ms - before.at_ms) / HOUR_MS * FASTEST_KMH
    return distance_km(before, place) > DOUBTED_KM + reach_km


def _put_right(state: TripState, place: TripPlace) -> TripState:
    """Take in that a parked car stands where it was doubted to be: what was believed instead was far off."""
    trip = None if state.trip is None else state.trip._replace(place=place)
    return TripState(state.car._replace(place=place, anchored_ms=place.at_ms), trip, state.before)


def _leave(state: TripState, reading: Reading, place: TripPlace, come_km: float) -> TripState:
    """Take in a position of a parked car: it stands, or it has left."""
    if come_km < LEFT_KM:
        return state._replace(car=state.car._replace(anchored_ms=place.at_ms))
    state = drive(state, reading, is_sure=False, come_km=come_km * DETOUR)
    return _with_place(state, place, come_km)


def _shows_driving(trip: TripSoFar, before: TripPlace, place: TripPlace) -> bool:
    """Tell whether two positions in a trip show that the car was driven, and not only where it came to stand."""
    come_km, passed_ms = distance_km(before, place), place.at_ms - before.at_ms
    if come_km < STEP_KM or passed_ms <= 0 or not STEP_KMH <= come_km / passed_ms * HOUR_MS <= FASTEST_KMH:
        return False
    if trip.stood_ms is None:
        return True
    before_stood_ms = max(0, trip.stood_ms - before.at_ms)
    return come_km > LEFT_KM + before_stood_ms / HOUR_MS * QUICK_KMH


def _with_place(state: TripState, place: TripPlace, come_km: float) -> TripState:
    trip = state.trip
    if trip is not None and _belongs(trip, place.at_ms):
        driven_km = max(0, place.at_ms - trip.start_ms) / HOUR_MS * QUICK_KMH
        start = trip.start_place or place
        jump_km = max(0.0, distance_km(trip.left or start, place) - driven_km)
        passed_ms = STAMP_MS + place.at_ms - (start if trip.place is None else trip.place).at_ms
        is_possible = trip.is_estimated or come_km / passed_ms * HOUR_MS <= FASTEST_KMH
        trip = trip._replace(
            place=place,
            start_place=start,
            path_km=trip.path_km + (come_km if is_possible else 0.0),
            places=trip.places + 1,
            jump_km=jump_km if not trip.places else min(jump_km, trip.jump_km) if trip.places == 1 else trip.jump_km,
        )
    return TripState(state.car._replace(place=place), trip, state.before)


def _belongs(trip: TripSoFar, at_ms: int) -> bool:
    """Tell whether a position of that time is one of the trip's: while it is driven, or soon after its arrival."""
    return may_go_on(trip, at_ms) if trip.stood_ms is None else at_ms <= quiet_since_ms(trip) + ARRIVAL_MS


def take_altitude(state: TripState, reading: Reading, value: Value) -> TripState:
    """Return the state after a height above sea level."""
    if not is_number(value):
        return state
    before_m, height_m = state.car.altitude_m, float(value)
    if before_m is not None and abs(height_m - before_m) < CLIMB_M:
        return state
    trip = state.trip
    if trip is not None and before_m is not None and may_go_on(trip, reading.measured_at_ms):
        climbed_m = height_m - before_m
        trip = trip._replace(up_m=trip.up_m + max(0.0, climbed_m), down_m=trip.down_m + max(0.0, -climbed_m))
    return TripState(state.car._replace(altitude_m=height_m), trip, state.before)
