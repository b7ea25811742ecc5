"""What each kind of reading does to the state of the fold of trips.

One function a meaning: the state and the reading in, the state after it out; the same object when nothing changes.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bimmerhub.domain.positions import TOLERANCE_MS, is_no_position
from bimmerhub.domain.reading import Reading, Value, is_number
from bimmerhub.domain.sent_units import UNKNOWN_UNIT
from bimmerhub.domain.trips.trip_ending import find_ending, may_go_on, quiet_since_ms, uncounted_km
from bimmerhub.domain.trips.trip_limits import (
    ARRIVAL_MS,
    AT_ONCE_MS,
    DETOUR,
    DOUBTED_KM,
    FASTEST_KMH,
    LEFT_KM,
    MOVING_ERROR_S,
    ODOMETER_SLACK_KM,
    QUICK_KMH,
    STEP_KM,
    STEP_KMH,
)
from bimmerhub.domain.trips.trip_signs import SEGMENT_MEMBERS, Meaning
from bimmerhub.domain.trips.trip_start import begin_trip, tells_motion, untold_km, with_arrival
from bimmerhub.domain.trips.trip_state import Car, Level, Segment, TripPlace, TripSoFar, TripState, distance_km
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.times import HOUR_MS

CLIMB_M: Final = 5.0
"""Height that has to change before it counts: positions jitter by metres."""

FURTHEST_KM: Final = 2_000.0
"""How much an odometer without unit may have risen; inferred."""

StepFunction = Callable[[TripState, Reading, Value], TripState]


def _drive(
    state: TripState, reading: Reading, *, is_sure: bool, come_km: float = 0.0, car: Car | None = None
) -> TripState:
    """Take in a sign of driving: of the trip under way, or of a new one. `car` is the car after it."""
    at_ms, trip = reading.measured_at_ms, state.trip
    after = state.car if car is None else car
    if trip is None or not may_go_on(trip, at_ms):
        begun = begin_trip(
            state.car,
            vin=reading.vin,
            at_ms=at_ms,
            started_by=reading.descriptor,
            is_sure=is_sure,
            come_km=come_km,
        )
        if begun.is_estimated and after.segment_end_ms is not None and begun.start_ms < after.segment_end_ms <= at_ms:
            begun = begun._replace(segment_end_ms=after.segment_end_ms)
        begun = begun._replace(left=begun.start_place if trip is None else trip.place)
        return state._replace(car=after, trip=begun, before=trip)
    if is_sure and not trip.is_sure and at_ms - trip.first_ms <= TOLERANCE_MS:
        trip = trip._replace(start_ms=at_ms, start_error_s=MOVING_ERROR_S, is_estimated=False)
    pause_ms = 0 if trip.stood_ms is None else at_ms - trip.stood_ms
    moving = trip._replace(
        moved_ms=max(trip.moved_ms, at_ms),
        moved_by=reading.descriptor,
        stood_ms=None,
        stood_by=None,
        off_ms=None,
        segment_end_ms=None,
        is_sure=trip.is_sure or is_sure,
        standing_ms=trip.standing_ms + pause_ms,
    )
    return state._replace(car=after, trip=moving)


def _stand(state: TripState, reading: Reading, *, is_off: bool = False, closes: bool = False) -> TripState:
    """Take in a sign of standing."""
    at_ms, trip = reading.measured_at_ms, state.trip
    if trip is None or not may_go_on(trip, at_ms):
        car = state.car
        is_news = car.stood_ms is None or at_ms > car.stood_ms
        return state._replace(car=car._replace(stood_ms=at_ms)) if is_news else state
    stood_ms = at_ms if trip.stood_ms is None else trip.stood_ms
    off_ms = at_ms if is_off and trip.off_ms is None else trip.off_ms
    is_closed = trip.is_closed or closes
    if (stood_ms, off_ms, is_closed) == (trip.stood_ms, trip.off_ms, trip.is_closed):
        return state._replace(car=state.car._replace(stood_ms=at_ms))
    trip = trip._replace(
        stood_ms=stood_ms, stood_by=trip.stood_by or reading.descriptor, off_ms=off_ms, is_closed=is_closed
    )
    if is_off:
        trip = trip._replace(is_hinted=False)
    return state._replace(trip=trip, car=state.car._replace(stood_ms=at_ms))


def _take_moving(state: TripState, reading: Reading, value: Value) -> TripState:
    if not value:
        return _stand(state, reading)
    return _drive(state, reading, is_sure=True, car=state.car._replace(motion_ms=reading.measured_at_ms))


def _take_switched_on(state: TripState, reading: Reading, value: Value) -> TripState:
    if not value:
        return _stand(state, reading, is_off=True)
    at_ms = reading.measured_at_ms
    return state._replace(car=state.car._replace(on_ms=at_ms, motion_ms=at_ms))


def _take_hint(state: TripState, reading: Reading, value: Value) -> TripState:
    if not value:
        return _stand(state, reading, is_off=True, closes=True)
    state = _drive(state, reading, is_sure=True)
    return state if state.trip is None else state._replace(trip=state.trip._replace(is_hinted=True))


def _take_door(state: TripState, reading: Reading, value: Value) -> TripState:
    state = state._replace(car=state.car._replace(entered_ms=reading.measured_at_ms))
    return _stand(state, reading) if value else state


def _take_lock(state: TripState, reading: Reading, value: Value) -> TripState:
    """Take in how the car is locked: secured is from outside; locked may be the car itself, on driving off."""
    if value == "secured":
        return _stand(state, reading, is_off=True)
    return state._replace(car=state.car._replace(entered_ms=reading.measured_at_ms))


def _take_plug(state: TripState, reading: Reading, value: Value) -> TripState:
    return _stand(state, reading, is_off=True, closes=True) if value else state


def _take_latitude(state: TripState, reading: Reading, value: Value) -> TripState:
    if not is_number(value):
        return state
    half = (reading.measured_at_ms, float(value))
    return _take_place(state._replace(car=state.car._replace(latitude=half)), reading)


def _take_longitude(state: TripState, reading: Reading, value: Value) -> TripState:
    if not is_number(value):
        return state
    half = (reading.measured_at_ms, float(value))
    return _take_place(state._replace(car=state.car._replace(longitude=half)), reading)


def _take_place(state: TripState, reading: Reading) -> TripState:
    """Take in the position that two halves make."""
    latitude, longitude = state.car.latitude, state.car.longitude
    if latitude is None or longitude is None or abs(latitude[0] - longitude[0]) > TOLERANCE_MS:
        return state
    if is_no_position(latitude[1], longitude[1]):
        return state
    place = TripPlace(max(latitude[0], longitude[0]), latitude[1], longitude[1])
    before, trip = state.car.place, state.trip
    if before is None:
        return _with_place(state, place, 0.0)
    come_km, doubted = distance_km(before, place), state.car.doubted
    if _is_too_fast(before, place) and (doubted is None or _is_too_fast(doubted, place)):
        return state._replace(car=state.car._replace(doubted=place))
    if doubted is not None:
        state = state._replace(car=state.car._replace(doubted=None))
    if trip is None or not may_go_on(trip, place.at_ms):
        return _leave(state, reading, place, come_km)
    if _shows_driving(trip, before, place, come_km):
        state = _drive(state, reading, is_sure=False)
    return _with_place(state, place, come_km)


def _is_too_fast(before: TripPlace, place: TripPlace) -> bool:
    """Tell whether a car cannot have come from one place to the other in that time."""
    reach_km = LEFT_KM + max(1_000, place.at_ms - before.at_ms) / HOUR_MS * FASTEST_KMH
    return distance_km(before, place) > DOUBTED_KM + reach_km


def _leave(state: TripState, reading: Reading, place: TripPlace, come_km: float) -> TripState:
    """Take in a position of a parked car: it stands, or it has left."""
    if come_km < LEFT_KM:
        return state._replace(car=state.car._replace(anchored_ms=place.at_ms))
    state = _drive(state, reading, is_sure=False, come_km=come_km * DETOUR)
    return _with_place(state, place, come_km)


def _shows_driving(trip: TripSoFar, before: TripPlace, place: TripPlace, come_km: float) -> bool:
    """Tell whether two positions in a trip show that the car was driven, and not only where it came to stand."""
    passed_ms = place.at_ms - before.at_ms
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
        passed_ms = max(1, place.at_ms - (start if trip.place is None else trip.place).at_ms)
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


def _take_altitude(state: TripState, reading: Reading, value: Value) -> TripState:
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


def _to_km(car: Car, reading: Reading, value: float) -> float | None:
    """Return the odometer in km; one without unit is in the unit in which it goes on from what is known, if in any."""
    if reading.unit != UNKNOWN_UNIT:
        return value
    if car.odometer_km is None:
        return None
    goes_on = (car.odometer_km - ODOMETER_SLACK_KM, car.odometer_km + FURTHEST_KM)
    return next((km for km in (value, value * KM_PER_MILE) if goes_on[0] <= km <= goes_on[1]), None)


def _take_odometer(state: TripState, reading: Reading, value: Value) -> TripState:
    km = _to_km(state.car, reading, float(value)) if is_number(value) else None
    if km is None:
        return state
    at_ms, car = reading.measured_at_ms, state.car
    if car.odometer_km is None or km <= car.odometer_km:
        lower_km = km if car.odometer_km is None else car.odometer_km
        trip = state.trip
        if trip is not None and may_go_on(trip, at_ms):
            trip = trip._replace(odometer_km=lower_km, counted_km=trip.path_km, is_counted=True, counted_ms=at_ms)
        accounted_km = km if car.odometer_km is None else car.accounted_km
        car = car._replace(odometer_km=lower_km, odometer_ms=at_ms, accounted_km=accounted_km)
        return TripState(car, trip, state.before)
    risen = car._replace(odometer_km=km, odometer_ms=at_ms)
    trip = state.trip
    if trip is not None and may_go_on(trip, at_ms):
        return _count(state, reading, trip, risen)
    if trip is not None and km - car.odometer_km <= uncounted_km(trip) * DETOUR + ODOMETER_SLACK_KM:
        counted = trip._replace(odometer_km=km, counted_km=trip.path_km, is_counted=True, counted_ms=at_ms)
        return TripState(risen._replace(accounted_km=km), counted, state.before)
    if tells_motion(car, at_ms):
        return state._replace(car=risen)
    state = _drive(state, reading, is_sure=False, come_km=km - car.odometer_km, car=risen)
    return _count(state, reading, state.trip, risen) if state.trip is not None else state


def _count(state: TripState, reading: Reading, trip: TripSoFar, risen: Car) -> TripState:
    """Take in a higher odometer of the trip under way, or of one that has just come to its end."""
    km, at_ms = risen.odometer_km or 0.0, reading.measured_at_ms
    if trip.is_estimated and at_ms - trip.first_ms <= AT_ONCE_MS and trip.start_odometer_km is not None:
        risen_km = km - trip.start_odometer_km
        come_km = risen_km if risen_km >= 1 else min(trip.path_km, ODOMETER_SLACK_KM)
        trip = with_arrival(trip, state.car, come_km=come_km)
    else:
        missing_km = untold_km(state.car, trip, odometer_km=km, at_ms=at_ms)
        if missing_km and trip.start_odometer_km is not None:
            trip = trip._replace(start_odometer_km=trip.start_odometer_km + missing_km)
    is_sure = trip.is_sure or (trip.stood_ms is None and at_ms - trip.first_ms > AT_ONCE_MS)
    trip = trip._replace(odometer_km=km, counted_km=trip.path_km, is_counted=True, counted_ms=at_ms, is_sure=is_sure)
    state = TripState(risen._replace(accounted_km=km), trip, state.before)
    if trip.stood_ms is None and trip.segment_end_ms is None and at_ms > trip.moved_ms:
        return _drive(state, reading, is_sure=True)
    return state


def _take_level(state: TripState, reading: Reading, value: Value) -> TripState:
    if not is_number(value):
        return state
    at_ms, percent = reading.measured_at_ms, float(value)
    soc = _newer(state.car.soc, at_ms, percent)
    trip = state.trip
    if trip is not None and _is_level_of(trip, at_ms, percent):
        trip = trip._replace(soc_percent=percent, soc_ms=at_ms)
    return TripState(state.car._replace(soc=soc), trip, state.before)


def _is_level_of(trip: TripSoFar, at_ms: int, percent: float) -> bool:
    """Tell whether a charge level is the trip's, or the first one told of the car that was parked after it."""
    if trip.is_closed:
        return False
    end_ms = find_ending(trip).at_ms
    is_first = trip.soc_ms is None or trip.soc_ms < end_ms - ARRIVAL_MS
    return at_ms <= end_ms + ARRIVAL_MS or (is_first and trip.soc_percent is not None and percent <= trip.soc_percent)


def _take_fuel(state: TripState, reading: Reading, value: Value) -> TripState:
    if not is_number(value):
        return state
    fuel = _newer(state.car.fuel, reading.measured_at_ms, float(value))
    trip = state.trip
    if trip is not None and reading.measured_at_ms <= find_ending(trip).at_ms + ARRIVAL_MS:
        trip = trip._replace(fuel_l=fuel.value)
    return TripState(state.car._replace(fuel=fuel), trip, state.before)


def _newer(level: Level | None, at_ms: int, value: float) -> Level:
    if level is None:
        return Level(at_ms, value)
    return Level(at_ms, value, level.value if level.at_ms < at_ms else level.before)


def _take_usable(state: TripState, reading: Reading, value: Value) -> TripState:
    if not is_number(value) or not value or value == state.car.usable_kwh:
        return state
    trip = state.trip
    if trip is not None and may_go_on(trip, reading.measured_at_ms):
        trip = trip._replace(usable_kwh=float(value))
    return TripState(state.car._replace(usable_kwh=float(value)), trip, state.before)


def _take_segment_end(state: TripState, reading: Reading, value: Value) -> TripState:
    """Take in when BMW says that the last trip ended."""
    if not isinstance(value, str):
        return state
    ended_ms = round(parse_vendor_time(value).timestamp()) * 1000
    trip, car = state.trip, state.car
    if ended_ms > reading.measured_at_ms or ended_ms == car.segment_end_ms:
        return state
    car = car._replace(segment_end_ms=ended_ms)
    if trip is None or (ended_ms < trip.start_ms and not trip.is_estimated) or not may_go_on(trip, ended_ms):
        return state._replace(car=car)
    if trip.is_estimated or ended_ms >= trip.moved_ms - AT_ONCE_MS:
        trip = trip._replace(segment_end_ms=ended_ms)
        trip = trip._replace(segment=trip.segment or Segment())
    return TripState(car, trip, state.before)


def _take_segment(state: TripState, reading: Reading, value: Value) -> TripState:
    trip = state.trip
    if trip is None or not is_number(value) or reading.measured_at_ms > quiet_since_ms(trip) + HOUR_MS:
        return state
    member = SEGMENT_MEMBERS[reading.descriptor]
    segment = (trip.segment or Segment())._replace(**{member: float(value)})
    return state._replace(trip=trip._replace(segment=segment))


STEPS: Final[Mapping[Meaning, StepFunction]] = {
    Meaning.MOVING: _take_moving,
    Meaning.SWITCHED_ON: _take_switched_on,
    Meaning.DOOR_OPEN: _take_door,
    Meaning.LOCK: _take_lock,
    Meaning.PLUGGED: _take_plug,
    Meaning.CHARGING: _take_plug,
    Meaning.HINTED: _take_hint,
    Meaning.LATITUDE: _take_latitude,
    Meaning.LONGITUDE: _take_longitude,
    Meaning.ALTITUDE: _take_altitude,
    Meaning.ODOMETER: _take_odometer,
    Meaning.CHARGE_LEVEL: _take_level,
    Meaning.FUEL: _take_fuel,
    Meaning.USABLE_ENERGY: _take_usable,
    Meaning.TRIP_ENDED: _take_segment_end,
    Meaning.SEGMENT: _take_segment,
}
