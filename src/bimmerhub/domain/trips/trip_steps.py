"""What each kind of reading does to the state of the fold of trips.

One function a meaning: the state and the reading in, the state after it out; the same object when nothing changes.
"""

from collections.abc import Callable, Mapping
from typing import Final

from bimmerhub.domain.reading import Reading, Value, is_number
from bimmerhub.domain.sent_units import UNKNOWN_UNIT
from bimmerhub.domain.trips.trip_ending import (
    across_silence,
    find_ending,
    may_go_on,
    may_have_driven_km,
    quiet_since_ms,
)
from bimmerhub.domain.trips.trip_limits import (
    ARRIVAL_MS,
    AT_ONCE_MS,
    DEPARTURE_MS,
    ODOMETER_SLACK_KM,
)
from bimmerhub.domain.trips.trip_moves import drive, stand
from bimmerhub.domain.trips.trip_places import take_altitude, take_latitude, take_longitude
from bimmerhub.domain.trips.trip_signs import SEGMENT_MEMBERS, Meaning
from bimmerhub.domain.trips.trip_start import tells_motion, untold_km, with_arrival
from bimmerhub.domain.trips.trip_state import Car, Level, Segment, TripSoFar, TripState
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.domain.vendor_times import parse_vendor_time
from bimmerhub.times import HOUR_MS

FURTHEST_KM: Final = 2_000.0
"""How much an odometer without unit may have risen; inferred."""

StepFunction = Callable[[TripState, Reading, Value], TripState]


def _take_moving(state: TripState, reading: Reading, value: Value) -> TripState:
    if not value:
        return stand(state, reading)
    return drive(state, reading, is_sure=True, car=state.car._replace(motion_ms=reading.measured_at_ms))


def _take_switched_on(state: TripState, reading: Reading, value: Value) -> TripState:
    if not value:
        return stand(state, reading, is_off=True)
    at_ms = reading.measured_at_ms
    return state._replace(car=state.car._replace(on_ms=at_ms, motion_ms=at_ms))


def _take_hint(state: TripState, reading: Reading, value: Value) -> TripState:
    if not value:
        return stand(state, reading, is_off=True, closes=True)
    state = drive(state, reading, is_sure=True)
    return state if state.trip is None else state._replace(trip=state.trip._replace(is_hinted=True))


def _take_door(state: TripState, reading: Reading, value: Value) -> TripState:
    state = state._replace(car=state.car._replace(entered_ms=reading.measured_at_ms))
    return stand(state, reading) if value else state


def _take_lock(state: TripState, reading: Reading, value: Value) -> TripState:
    """Take in how the car is locked: secured is from outside; locked may be the car itself, on driving off."""
    if value == "secured":
        return stand(state, reading, is_off=True)
    return state._replace(car=state.car._replace(entered_ms=reading.measured_at_ms))


def _take_plug(state: TripState, reading: Reading, value: Value) -> TripState:
    return stand(state, reading, is_off=True, closes=True) if value else state


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
        if trip is not None and (may_go_on(trip, at_ms) or not trip.is_counted):
            trip = trip._replace(odometer_km=lower_km, counted_km=trip.path_km, is_counted=True, counted_ms=at_ms)
        accounted_km = km if car.odometer_km is None else car.accounted_km
        car = car._replace(odometer_km=lower_km, odometer_ms=at_ms, accounted_km=accounted_km)
        return TripState(car, trip, state.before)
    is_first_rise = car.risen_ms is None or at_ms - car.risen_ms > DEPARTURE_MS
    risen_from_km = car.odometer_km if is_first_rise else car.risen_from_km
    risen = car._replace(odometer_km=km, odometer_ms=at_ms, risen_ms=at_ms, risen_from_km=risen_from_km)
    trip = state.trip
    if trip is not None:
        trip = across_silence(trip, km - car.odometer_km) or trip
    if trip is not None and may_go_on(trip, at_ms):
        return _count(state, reading, trip, risen)
    if trip is not None and km - car.odometer_km <= may_have_driven_km(trip):
        counted = trip._replace(odometer_km=km, counted_km=trip.path_km, is_counted=True, counted_ms=at_ms)
        return TripState(risen._replace(accounted_km=km), counted, state.before)
    if tells_motion(car, at_ms):
        return state._replace(car=risen)
    state = drive(state, reading, is_sure=False, come_km=km - car.odometer_km, car=risen)
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
        return drive(state, reading, is_sure=True)
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
    car = car._replace(segment_end_ms=ended_ms, segment_end_by=reading.descriptor)
    if trip is None or (ended_ms < trip.start_ms and not trip.is_estimated) or not may_go_on(trip, ended_ms):
        return state._replace(car=car)
    if trip.is_estimated or ended_ms >= trip.moved_ms - AT_ONCE_MS:
        trip = trip._replace(
            segment_end_ms=ended_ms, segment_end_by=reading.descriptor, segment=trip.segment or Segment()
        )
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
    Meaning.LATITUDE: take_latitude,
    Meaning.LONGITUDE: take_longitude,
    Meaning.ALTITUDE: take_altitude,
    Meaning.ODOMETER: _take_odometer,
    Meaning.CHARGE_LEVEL: _take_level,
    Meaning.FUEL: _take_fuel,
    Meaning.USABLE_ENERGY: _take_usable,
    Meaning.TRIP_ENDED: _take_segment_end,
    Meaning.SEGMENT: _take_segment,
}
