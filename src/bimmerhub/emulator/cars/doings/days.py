"""A day in the life of a car: which drives it makes and when, decided by seed, car and day alone."""

from dataclasses import dataclass

from bimmerhub.emulator.cars.world.agenda import Fate
from bimmerhub.emulator.cars.world.localtime import SATURDAY, local_ms, weekday
from bimmerhub.emulator.cars.world.roads import LatLon, Place, point_at

TOWN: LatLon = (50.7753, 6.0839)
HOLIDAY_CHANCE = 0.06
Stops = list[tuple[float, Place]]
"""Drives of a day: the hour of departure on local clocks, and the destination."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDrive:
    """A drive to a place, at a time (milliseconds UTC)."""

    depart_ms: int
    to: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class LifePlaces:
    """Where a car's life takes place. `resort` is where holidays are, with `sights` around."""

    home: Place
    work: Place
    shops: tuple[Place, ...]
    far: tuple[Place, ...]
    resort: Place
    sights: tuple[Place, ...]


def find_life_places(fate: Fate, *, home_at: LatLon | None = None) -> LifePlaces:
    """Return the places of one car's life, around a home that is somewhere in town unless it is given."""
    chance = fate.of("places")

    def around(name: str, nearest_km: float, farthest_km: float, centre: LatLon = home_at or TOWN) -> Place:
        at = point_at(centre, km=chance.uniform(nearest_km, farthest_km), bearing_deg=chance.uniform(0, 360))
        return Place(name=f"{fate.vin[-4:]} {name}", at=at)

    home, work = around("home", 1.0, 5.0), around("work", 9.0, 26.0)
    home = home if home_at is None else Place(name=home.name, at=home_at)
    shops = tuple(around(f"shop {number}", 0.8, 7.0) for number in range(4))
    far = tuple(around(f"far {number}", 45.0, 120.0) for number in range(3))
    resort = around("resort", 240.0, 430.0)
    sights = tuple(around(f"sight {number}", 6.0, 40.0, resort.at) for number in range(3))
    return LifePlaces(home=home, work=work, shops=shops, far=far, resort=resort, sights=sights)


def plan_day(fate: Fate, day: int, places: LifePlaces) -> list[PlannedDrive]:
    """Return the drives of a local day (days since 1970), in order."""
    stops = _plan(fate, day, places)
    return [PlannedDrive(depart_ms=local_ms(day, hour) // 1000 * 1000, to=place) for hour, place in stops]


def _plan(fate: Fate, day: int, places: LifePlaces) -> Stops:
    week, day_of_week = divmod(day + 5, 7)  # weeks that begin on a Saturday
    if day_of_week == 0 and _is_holiday(fate, week - 1):
        return [(fate.of("home again", week).gauss(9.8, 0.4), places.home)]
    if _is_holiday(fate, week):
        return _holiday(fate, day, day_of_week, places)
    return _workday(fate, day, places) if weekday(day) < SATURDAY else _weekend(fate, day, places)


def _is_holiday(fate: Fate, week: int) -> bool:
    def is_chosen(number: int) -> bool:
        return fate.of("holiday", number).random() < HOLIDAY_CHANCE

    return is_chosen(week) and not is_chosen(week - 1)


def _holiday(fate: Fate, day: int, day_of_week: int, places: LifePlaces) -> Stops:
    chance = fate.of("day", day)
    if day_of_week == 0:
        return [(chance.gauss(8.3, 0.4), places.resort)]
    if chance.random() < 0.25:  # noqa: PLR2004 - a day on foot
        return []
    return [(chance.gauss(10.2, 0.5), chance.choice(places.sights)), (chance.gauss(15.9, 0.7), places.resort)]


def _workday(fate: Fate, day: int, places: LifePlaces) -> Stops:
    chance = fate.of("day", day)
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


def _weekend(fate: Fate, day: int, places: LifePlaces) -> Stops:
    chance = fate.of("day", day)
    if chance.random() < 0.35:  # noqa: PLR2004 - an outing
        return [(chance.gauss(9.6, 0.4), chance.choice(places.far)), (chance.gauss(16.5, 0.6), places.home)]
    stops: Stops = []
    hour = chance.gauss(10.3, 0.6)
    for _ in range(chance.randint(0, 2)):
        stops += [(hour, chance.choice(places.shops)), (hour + chance.uniform(0.8, 1.5), places.home)]
        hour += 3.4
    return stops
