"""What a car wants done: services by kilometres and months, warnings, and the memory of its control units."""

from dataclasses import dataclass
from functools import lru_cache

from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.states import ServiceKind, StarterHealth, WarningKind
from bimmerhub.emulator.cars.workshop import CarWarning, FaultMemory, ServiceDue
from bimmerhub.emulator.cars.world.agenda import Fate
from bimmerhub.emulator.cars.world.localtime import date_of
from bimmerhub.times import DAY_MS

WARN_KM = 2_000
"""A service is near when it is due within so many kilometres, or in this month."""
OVERDUE_KM = 600
"""By how much a service is overdue, or by a month."""
CODE_SEASON_DAYS, CODE_DAYS, CODE_CHANCE = 35, (2, 30), 0.45
"""Each trouble code gets a chance to appear once in a season of so many days, for so many days."""
LOW_TYRE_KPA = 30
WASHER_EVERY_DAYS, WASHER_CHANCE, WASHER_EMPTY_DAYS = 60, 0.6, 9
_WEAK_STARTER = frozenset({StarterHealth.INADEQUATE, StarterHealth.WORN_OUT})
_TROUBLE_CODES = ("S 8039", "801C10", "B7F805", "21A3D1", "E0D5A0", "CD0466", "030C8F", "48287F")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceInterval:
    """A kind of service: due each so many kilometres or months, whichever comes first (0: that does not matter)."""

    kind: ServiceKind
    every_km: int
    every_months: int


_OIL = ServiceInterval(kind=ServiceKind.OIL, every_km=30_000, every_months=24)
_INSPECTION = ServiceInterval(kind=ServiceKind.INSPECTION, every_km=0, every_months=24)
_REAR_BRAKES = ServiceInterval(kind=ServiceKind.REAR_BRAKES, every_km=70_000, every_months=0)
_WITHOUT_OIL = (
    ServiceInterval(kind=ServiceKind.FRONT_BRAKES, every_km=62_000, every_months=0),
    ServiceInterval(kind=ServiceKind.BRAKE_FLUID, every_km=0, every_months=24),
    _INSPECTION,
    ServiceInterval(kind=ServiceKind.VEHICLE_CHECK, every_km=60_000, every_months=48),
)


def list_services(body: CarBody, at_ms: int) -> tuple[ServiceDue, ...]:
    """Return the services that a car needs and when; a car without an engine needs no oil."""
    odometer_km = body.levels(at_ms)[0]
    intervals = (_OIL, *_WITHOUT_OIL) if body.model.tank_l else _WITHOUT_OIL
    if body.model.equipment.wears_rear_brakes:
        intervals = (*intervals, _REAR_BRAKES)
    return tuple(_find_due(body, interval, odometer_km, at_ms) for interval in intervals)


def find_inspection_month(body: CarBody, at_ms: int) -> tuple[int, int]:
    """Return year and month of the next statutory inspection."""
    return _due_month(body, _INSPECTION, at_ms) or (1970, 1)


def list_warnings(body: CarBody, at_ms: int) -> tuple[CarWarning, ...]:
    """Return what the car warns of: tyres that lack air, washer fluid, the 12 V battery."""
    wanted_kpa = body.model.tyre_kpa - LOW_TYRE_KPA
    warnings = [
        CarWarning(kind=WarningKind.TYRE_PRESSURE_LOW, wheel=wheel)
        for wheel in body.tyres.wheels
        if body.tyres.cold_kpa(wheel, at_ms) < wanted_kpa
    ]
    season, day_of_season = divmod(at_ms // DAY_MS, WASHER_EVERY_DAYS)
    empty_from = _washer_empty_from(body.seed, body.model.vin, season)
    if empty_from is not None and empty_from <= day_of_season < empty_from + WASHER_EMPTY_DAYS:
        warnings.append(CarWarning(kind=WarningKind.WASHER_FLUID_LOW))
    if body.starter.health(at_ms) in _WEAK_STARTER:
        warnings.append(CarWarning(kind=WarningKind.STARTER_WEAK))
    there = {warning.kind for warning in warnings}
    warnings += [CarWarning(kind=kind) for kind in sorted(body.events.warnings - there)]
    return tuple(warnings)


def read_fault_memory(body: CarBody, at_ms: int) -> FaultMemory:
    """Return what the control units have noted: codes come, go after some days, and may come back."""
    by_themselves = _trouble_codes(body.seed, body.model.vin, at_ms // DAY_MS)
    entries = (*by_themselves, *sorted(body.events.trouble_codes))
    return FaultMemory(count=len(entries) + 40, entries=entries)


def _find_due(body: CarBody, interval: ServiceInterval, odometer_km: float, at_ms: int) -> ServiceDue:
    remaining_km, due = _remaining_km(interval, odometer_km), _due_month(body, interval, at_ms)
    if interval.kind in body.events.missed_services:
        late_km, late = None if remaining_km is None else -OVERDUE_KM, None if due is None else _month_before(at_ms)
        return ServiceDue(kind=interval.kind, remaining_km=late_km, due_month=late, is_near=True, is_overdue=True)
    is_near = (remaining_km is not None and remaining_km < WARN_KM) or (
        due is not None and _months_until(due, at_ms) < 1
    )
    return ServiceDue(kind=interval.kind, remaining_km=remaining_km, due_month=due, is_near=is_near)


def _remaining_km(interval: ServiceInterval, odometer_km: float) -> int | None:
    """Return the kilometres until a service, in steps of 100; it is done when they are used up."""
    every_km = interval.every_km
    return round((every_km - odometer_km % every_km) / 100) * 100 if every_km else None


def _due_month(body: CarBody, interval: ServiceInterval, at_ms: int) -> tuple[int, int] | None:
    """Return year and month in which a service is due; it is always done in time."""
    if not interval.every_months:
        return None
    today = date_of(at_ms // DAY_MS)
    months = today.year * 12 + today.month - 1
    first = _first_month(body.seed, body.model.vin, interval.kind)
    due = months + (first - months) % interval.every_months
    return due // 12, due % 12 + 1


def _month_before(at_ms: int) -> tuple[int, int]:
    today = date_of(at_ms // DAY_MS)
    return (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)


def _months_until(due: tuple[int, int], at_ms: int) -> int:
    today = date_of(at_ms // DAY_MS)
    return (due[0] - today.year) * 12 + due[1] - today.month


@lru_cache(maxsize=64)
def _first_month(seed: int, vin: str, kind: ServiceKind) -> int:
    return Fate(seed, vin).of("service", int(kind)).randrange(48)


@lru_cache(maxsize=64)
def _washer_empty_from(seed: int, vin: str, season: int) -> int | None:
    chance = Fate(seed, vin).of("washer", season)
    day = chance.randrange(WASHER_EVERY_DAYS - WASHER_EMPTY_DAYS)
    return day if chance.random() < WASHER_CHANCE else None


@lru_cache(maxsize=64)
def _trouble_codes(seed: int, vin: str, day: int) -> tuple[tuple[int, str], ...]:
    """Return the codes of a day, each with the address of its control unit."""
    fate = Fate(seed, vin)
    codes = []
    for number, code in enumerate(_TROUBLE_CODES):
        season, day_of_season = divmod(day + 11 * number, CODE_SEASON_DAYS)
        chance = fate.of("trouble", code, season)
        lasts_days = chance.randint(*CODE_DAYS)
        begins = chance.randrange(CODE_SEASON_DAYS - lasts_days)
        if chance.random() < CODE_CHANCE and begins <= day_of_season < begins + lasts_days:
            codes.append((fate.of("control unit", code).randrange(256), code))
    return tuple(codes)
