"""A day in the life of a car: which drives it makes and when, decided by seed, car and day alone."""

import random
from dataclasses import dataclass

from bimmerhub.emulator.cars.roads import LatLon, Place, point_at

HOUR_MS, DAY_MS = 3_600_000, 86_400_000
LOCAL_OFFSET_MS = HOUR_MS
"""The cars live at UTC+1 the whole year."""
TOWN: LatLon = (50.7753, 6.0839)
FRIDAY, SATURDAY = 4, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDrive:
    """A drive to a place, at a time (milliseconds UTC)."""

    depart_ms: int
    to: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where a car's life takes place."""

    home: Place
    work: Place
    shops: tuple[Place, ...]
    far: tuple[Place, ...]


def find_surroundings(seed: int, vin: str) -> Surroundings:
    """Return the places of one car's life."""
    chance = _chance(seed, vin, "places")

    def around(name: str, nearest_km: float, farthest_km: float) -> Place:
        at = point_at(TOWN, km=chance.uniform(nearest_km, farthest_km), bearing_deg=chance.uniform(0, 360))
        return Place(name=f"{vin[-4:]} {name}", at=at)

    return Surroundings(
        home=around("home", 1.0, 5.0),
        work=around("work", 9.0, 26.0),
        shops=tuple(around(f"shop {number}", 0.8, 7.0) for number in range(4)),
        far=tuple(around(f"far {number}", 45.0, 120.0) for number in range(3)),
    )


def plan_day(seed: int, vin: str, day: int, places: Surroundings) -> list[PlannedDrive]:
    """Return the drives of a local day (days since 1970), in order."""
    chance = _chance(seed, vin, f"day {day}")
    start_ms = day * DAY_MS - LOCAL_OFFSET_MS
    is_workday = (day + 3) % 7 < SATURDAY  # 1970-01-01 was a Thursday
    stops = _workday(chance, places) if is_workday else _weekend(chance, places)
    return [PlannedDrive(depart_ms=start_ms + round(hour * HOUR_MS), to=place) for hour, place in stops]


def _workday(chance: random.Random, places: Surroundings) -> list[tuple[float, Place]]:
    if chance.random() < 0.12:  # noqa: PLR2004 - a day at home
        return []
    evening = chance.gauss(16.9, 0.5)
    stops = [(chance.gauss(7.4, 0.3), places.work)]
    if chance.random() < 0.3:  # noqa: PLR2004 - shopping on the way home
        stops += [(evening, chance.choice(places.shops)), (evening + chance.uniform(1.0, 1.6), places.home)]
    else:
        stops.append((evening, places.home))
    if chance.random() < 0.2:  # noqa: PLR2004 - out again
        stops += [(19.6, chance.choice(places.shops)), (21.5, places.home)]
    return stops


def _weekend(chance: random.Random, places: Surroundings) -> list[tuple[float, Place]]:
    if chance.random() < 0.35:  # noqa: PLR2004 - an outing
        return [(chance.gauss(9.6, 0.4), chance.choice(places.far)), (chance.gauss(16.5, 0.6), places.home)]
    stops: list[tuple[float, Place]] = []
    hour = chance.gauss(10.3, 0.6)
    for _ in range(chance.randint(0, 2)):
        stops += [(hour, chance.choice(places.shops)), (hour + chance.uniform(0.8, 1.5), places.home)]
        hour += 3.4
    return stops


def _chance(seed: int, vin: str, what: str) -> random.Random:
    return random.Random(f"{seed} {vin} {what}")  # noqa: S311 - scenery
