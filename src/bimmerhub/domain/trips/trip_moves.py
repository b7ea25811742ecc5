"""What a sign of driving and a sign of standing do to the trip under way."""

from bimmerhub.domain.positions import TOLERANCE_MS
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.trips.trip_ending import further_than_counted_km, may_go_on
from bimmerhub.domain.trips.trip_limits import AT_ONCE_MS, MOVING_ERROR_S
from bimmerhub.domain.trips.trip_start import begin_trip
from bimmerhub.domain.trips.trip_state import Car, TripSoFar, TripState


def drive(
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
        begun = begun._replace(left=begun.start_place)
        if begun.is_estimated and after.segment_end_ms is not None and begun.start_ms < after.segment_end_ms <= at_ms:
            begun = begun._replace(segment_end_ms=after.segment_end_ms, segment_end_by=after.segment_end_by)
        if trip is not None:
            begun = _after(trip, begun)
        return state._replace(car=after, trip=begun, before=trip)
    if is_sure and not trip.is_sure and at_ms - trip.first_ms <= TOLERANCE_MS:
        trip = trip._replace(start_ms=at_ms, start_error_s=MOVING_ERROR_S, is_estimated=False, is_start_guessed=False)
    pause_ms = 0 if trip.stood_ms is None else at_ms - trip.stood_ms
    moving = trip._replace(
        moved_ms=max(trip.moved_ms, at_ms),
        moved_by=reading.descriptor,
        stood_ms=None,
        stood_by=None,
        off_ms=None,
        segment_end_ms=None,
        segment_end_by=None,
        is_sure=trip.is_sure or is_sure or (trip.is_estimated and at_ms - trip.first_ms > AT_ONCE_MS),
        standing_ms=trip.standing_ms + pause_ms,
    )
    return state._replace(car=after, trip=moving)


def stand(state: TripState, reading: Reading, *, is_off: bool = False, closes: bool = False) -> TripState:
    """Take in a sign of standing."""
    at_ms, trip = reading.measured_at_ms, state.trip
    if trip is None or not may_go_on(trip, at_ms):
        return _stand_later(state, trip, reading)
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


def _stand_later(state: TripState, trip: TripSoFar | None, reading: Reading) -> TripState:
    """Take in a sign of standing of a parked car, or of one that was silent since it moved."""
    car, at_ms = state.car, reading.measured_at_ms
    is_news = car.stood_ms is None or at_ms > car.stood_ms
    if is_news:
        state = state._replace(car=car._replace(stood_ms=at_ms))
    if trip is None or trip.later_stood_ms is not None or trip.is_closed or not trip.is_sure:
        return state
    if trip.stood_ms is not None or trip.segment_end_ms is not None or at_ms <= trip.moved_ms:
        return state
    return state._replace(trip=trip._replace(later_stood_ms=at_ms, later_stood_by=reading.descriptor))


def _after(trip: TripSoFar, begun: TripSoFar) -> TripSoFar:
    """Return a trip as it begins after another one: where that ended, and with what its odometer had not told yet."""
    further_km = further_than_counted_km(trip)
    begun = begun._replace(left=trip.place)
    if not further_km or begun.start_odometer_km is None or begun.start_odometer_km != trip.odometer_km:
        return begun
    return begun._replace(
        start_odometer_km=begun.start_odometer_km + further_km,
        accounted_km=None if begun.accounted_km is None else begun.accounted_km + further_km,
    )
