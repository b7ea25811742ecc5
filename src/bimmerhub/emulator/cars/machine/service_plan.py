"""What a car wants done: service items, Check Control messages, fault memory, in the forms of BMW's keys.

Forms and codes are those that clients observed in 2025-2026; texts are our own.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from bimmerhub.emulator.cars.machine.car_body import Body
from bimmerhub.emulator.cars.world.agenda import DAY_MS, Fate
from bimmerhub.emulator.cars.world.localtime import date_of

WARN_KM, WARN_WEEKS, INSPECTION_WARN_MONTHS = 2_000, 4, 2
FAULTS_KEPT_DAYS = 45
LOW_TYRE_KPA = 30
WASHER_EVERY_DAYS, WASHER_CHANCE, WASHER_EMPTY_DAYS = 60, 0.6, 9
_CODES = ("S 8039", "801C10", "B7F805", "21A3D1", "E0D5A0", "CD0466", "030C8F", "48287F")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A kind of service: due each so many kilometres or months, whichever comes first (0: no matter)."""

    code: int
    title: str
    every_km: int
    every_months: int


OIL = Item(code=1, title="Engine oil", every_km=30_000, every_months=24)
FRONT_BRAKES = Item(code=2, title="Front brakes", every_km=62_000, every_months=0)
BRAKE_FLUID = Item(code=3, title="Brake fluid", every_km=0, every_months=24)
INSPECTION = Item(code=32, title="Statutory vehicle inspection", every_km=0, every_months=24)
VEHICLE_CHECK = Item(code=100, title="Vehicle check", every_km=60_000, every_months=48)


def items_of(body: Body) -> tuple[Item, ...]:
    """Return the services that a car needs; a battery needs no oil."""
    with_oil = (OIL,) if body.model.tank_l else ()
    return (*with_oil, FRONT_BRAKES, BRAKE_FLUID, INSPECTION, VEHICLE_CHECK)


def remaining_km(item: Item, odometer_km: float) -> int | None:
    """Return the kilometres until a service, in steps of 100; it is done when they are used up."""
    return round((item.every_km - odometer_km % item.every_km) / 100) * 100 if item.every_km else None


def next_km(body: Body, odometer_km: float) -> int:
    """Return the kilometres until the next service of any kind."""
    return min(km for item in items_of(body) if (km := remaining_km(item, odometer_km)) is not None)


def due_month(body: Body, item: Item, at_ms: int) -> tuple[int, int] | None:
    """Return year and month in which a service is due; it is done in time."""
    if not item.every_months:
        return None
    today = date_of(at_ms // DAY_MS)
    months = today.year * 12 + today.month - 1
    first = _chance_of(body.seed, body.model.vin, item.code)
    due = months + (first - months) % item.every_months
    return due // 12, due % 12 + 1


def conditions(body: Body, at_ms: int) -> str:
    """Return `conditionBasedServices`: a JSON array in a text."""
    odometer_km = body.levels(at_ms)[0]
    told = []
    for item in items_of(body):
        km, due = remaining_km(item, odometer_km), due_month(body, item, at_ms)
        is_near = (km is not None and km < WARN_KM) or (due is not None and _months_until(due, at_ms) < 1)
        told.append(
            {
                "date": "null" if due is None else f"{due[0]}-{due[1]:02d}",
                "description": "Due now: make an appointment." if is_near else "Due then at the latest.",
                "id": item.code,
                "messageType": "CBS",
                "status": "PENDING" if is_near else "OK",
                "text": "-",
                "title": item.title,
                "unitOfLengthRemaining": "-" if km is None else str(km),
            }
        )
    return json.dumps(told, separators=(",", ":"))


def inspection_date(body: Body, at_ms: int) -> str:
    """Return when the statutory inspection is due, in BMW's form."""
    year, month = due_month(body, INSPECTION, at_ms) or (1970, 1)
    return f"17.{month:02d}.{year} 00:00:00 UTC"


def check_control(body: Body, at_ms: int) -> str:
    """Return `checkControlMessages`: a JSON array in a text; its lengths are no distances."""
    told = [
        {
            "date": "null",
            "description": description,
            "id": code,
            "messageType": "CCM",
            "status": "NULL",
            "text": "-",
            "title": title,
            "unitOfLengthRemaining": str(round(body.levels(at_ms)[0])),
        }
        for code, title, description in _warnings(body, at_ms)
    ]
    return json.dumps(told, separators=(",", ":"))


def trouble_codes(body: Body, at_ms: int) -> str:
    """Return the fault memory as XML; its count is not that of its entries (observed)."""
    month = at_ms // DAY_MS // FAULTS_KEPT_DAYS
    return _fault_memory(body.seed, body.model.vin, month)


def low_wheels(body: Body, at_ms: int) -> list[str]:
    """Return the wheels that lack so much air that the car warns."""
    wanted = body.model.tyre_kpa - LOW_TYRE_KPA
    return [wheel for wheel in body.tyres.wheels if body.tyres.cold_kpa(wheel, at_ms) < wanted]


def _warnings(body: Body, at_ms: int) -> list[tuple[int, str, str]]:
    found = [(901, "Tyre pressure too low", f"Check {wheel.replace('.', ' ')}.") for wheel in low_wheels(body, at_ms)]
    season, into = divmod(at_ms // DAY_MS, WASHER_EVERY_DAYS)
    empty_from = _washer_empty_from(body.seed, body.model.vin, season)
    if empty_from is not None and empty_from <= into < empty_from + WASHER_EMPTY_DAYS:
        found.append((907, "Washer fluid low", "Refill the reservoir."))
    if body.starter.health(at_ms) <= 110:  # noqa: PLR2004 - inadequate
        found.append((415, "12 V battery weak", "Have the battery checked."))
    return found


def _months_until(due: tuple[int, int], at_ms: int) -> int:
    today = date_of(at_ms // DAY_MS)
    return (due[0] - today.year) * 12 + due[1] - today.month


@lru_cache(maxsize=64)
def _chance_of(seed: int, vin: str, code: int) -> int:
    return Fate(seed, vin).of("service", code).randrange(48)


@lru_cache(maxsize=64)
def _washer_empty_from(seed: int, vin: str, season: int) -> int | None:
    chance = Fate(seed, vin).of("washer", season)
    day = chance.randrange(WASHER_EVERY_DAYS - WASHER_EMPTY_DAYS)
    return day if chance.random() < WASHER_CHANCE else None


@lru_cache(maxsize=64)
def _fault_memory(seed: int, vin: str, month: int) -> str:
    chance = Fate(seed, vin).of("faults", month)
    entries = [f'<dtc ecuAddress="{chance.randrange(256):02X}">{code}</dtc>' for code in chance.sample(_CODES, 3)]
    return f'<dtcData dtcCount="{chance.randint(40, 90)}">{"".join(entries)}</dtcData>'
