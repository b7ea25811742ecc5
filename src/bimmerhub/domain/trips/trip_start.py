"""Where a trip begins: with what told the departure, or as far back as its first kilometres need."""

from bimmerhub.domain.trips.trip_limits import (
    DEPARTURE_MS,
    DETOUR,
    FIRST_KM_KMH,
    LONG_WAY_KMH,
    MOVING_ERROR_S,
    PAUSE_MS,
    QUICK_KMH,
    SPEED_GROWTH,
    TELLS_MOTION_MS,
    UNSURE_SHARE,
    UNTOLD_KM,
    UNTOLD_KMH,
)
from bimmerhub.domain.trips.trip_state import Car, Level, TripSoFar
from bimmerhub.times import HOUR_MS


def begin_trip(car: Car, *, vin: str, at_ms: int, started_by: str, is_sure: bool, come_km: float = 0.0) -> TripSoFar:
    """Return the trip that a first sign of driving begins; `come_km` is how far it had come by then."""
    start_ms, error_s, is_start_guessed = at_ms, MOVING_ERROR_S, False
    if not is_sure:
        start_ms, error_s, is_start_guessed = _back_date(car, at_ms, come_km)
    is_estimated = is_start_guessed and not tells_motion(car, at_ms)
    return TripSoFar(
        vin=vin,
        start_ms=start_ms,
        start_error_s=error_s,
        started_by=started_by,
        first_ms=at_ms,
        moved_ms=at_ms,
        moved_by=started_by,
        is_sure=is_sure,
        is_start_guessed=is_start_guessed,
        is_estimated=is_estimated,
        start_place=car.place,
        is_anchored=car.anchored_ms is not None and car.anchored_ms >= at_ms - DEPARTURE_MS,
        start_odometer_km=_odometer_at(car, start_ms),
        accounted_km=car.accounted_km,
        odometer_km=car.odometer_km,
        start_soc_percent=None if is_estimated else _ahead_of(car.soc, at_ms),
        soc_percent=None if car.soc is None else car.soc.value,
        start_fuel_l=_ahead_of(car.fuel, at_ms),
        fuel_l=None if car.fuel is None else car.fuel.value,
        usable_kwh=car.usable_kwh,
    )


def tells_motion(car: Car, at_ms: int) -> bool:
    """Tell whether the car is one that tells when it drives."""
    return car.motion_ms is not None and at_ms - car.motion_ms <= TELLS_MOTION_MS


def with_arrival(trip: TripSoFar, car: Car, *, come_km: float) -> TripSoFar:
    """Return a trip of which only the arrival was told, begun as long before as its kilometres need."""
    end_ms = trip.moved_ms if trip.segment_end_ms is None else trip.segment_end_ms
    drive_ms = usual_drive_ms(come_km)
    start_ms = end_ms - drive_ms
    if car.stood_ms is not None and car.stood_ms < end_ms:
        start_ms = max(start_ms, car.stood_ms)
    return trip._replace(start_ms=start_ms, start_error_s=max(MOVING_ERROR_S, drive_ms * UNSURE_SHARE / 1_000))


def untold_km(car: Car, trip: TripSoFar, *, odometer_km: float, at_ms: int) -> float:
    """Return how many kilometres at the first odometer of a trip its way does not explain; 0 when it does."""
    if car.odometer_km is None or trip.counted_km or trip.place is None:
        return 0.0
    risen_km = odometer_km - car.odometer_km
    unseen_km = max(0, at_ms - trip.place.at_ms) / HOUR_MS * QUICK_KMH
    way_km = trip.path_km * DETOUR + unseen_km
    could_km = max(0, at_ms - trip.start_ms) / HOUR_MS * UNTOLD_KMH
    return risen_km - way_km if risen_km > UNTOLD_KM + max(2 * way_km, could_km) else 0.0


def usual_drive_ms(come_km: float) -> int:
    """Return how long a car usually takes for so many kilometres."""
    growth: float = max(1.0, come_km) ** SPEED_GROWTH
    usual_kmh = min(LONG_WAY_KMH, FIRST_KM_KMH * growth)
    return round(come_km / usual_kmh * HOUR_MS)


def departs(car: Car, at_ms: int) -> bool:
    """Tell whether somebody has got in or switched on lately."""
    signs = (car.on_ms, car.entered_ms)
    return any(sign_ms is not None and at_ms - DEPARTURE_MS <= sign_ms <= at_ms for sign_ms in signs)


def _odometer_at(car: Car, start_ms: int) -> float | None:
    """Return the odometer at a start that may lie before the newest one was told."""
    return car.risen_from_km if car.risen_ms is not None and car.risen_ms > start_ms else car.odometer_km


def _back_date(car: Car, at_ms: int, come_km: float) -> tuple[int, float, bool]:
    """Return when a trip began that was first seen at `at_ms`, by how many seconds that may be off, and if by guess."""
    signs = [sign_ms for sign_ms in (car.on_ms, car.entered_ms) if sign_ms is not None]
    lately = [sign_ms for sign_ms in signs if at_ms - DEPARTURE_MS <= sign_ms < at_ms]
    if car.on_ms is not None and car.on_ms in lately:
        return car.on_ms, max(MOVING_ERROR_S, (at_ms - car.on_ms) / 2_000), False
    if lately:
        return max(lately), max(MOVING_ERROR_S, (at_ms - max(lately)) / 2_000), False
    drive_ms = usual_drive_ms(come_km)
    if tells_motion(car, at_ms):
        drive_ms = min(drive_ms, PAUSE_MS)  # it would have told of more
    start_ms = at_ms - drive_ms
    if car.stood_ms is not None:
        start_ms = max(start_ms, min(car.stood_ms, at_ms))
    return start_ms, max(MOVING_ERROR_S, drive_ms * UNSURE_SHARE / 1_000), True


def _ahead_of(level: Level | None, at_ms: int) -> float | None:
    return None if level is None else level.ahead_of(at_ms)
