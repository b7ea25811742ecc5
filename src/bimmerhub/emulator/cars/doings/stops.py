"""Stops on the way: where a car refuels or charges when it would not arrive otherwise."""

from bimmerhub.emulator.cars.machine.car_body import CarBody
from bimmerhub.emulator.cars.world.roads import Place, find_route, point_at, point_between

PUMP, FAST_CHARGER = "petrol station", "fast charger"
LOW_FUEL_SHARE, SPARE_SHARE = 0.15, 0.1
WINDING = 1.15
NEAR_KM = 2.0
ON_THE_WAY = (0.9, 0.75, 0.6, 0.45)
"""Shares of the reach at which a fast charger is looked for, the best one first."""


def find_stop(body: CarBody, at_ms: int, to: Place) -> Place | None:
    """Return where to stop on the way to a place, None when the car gets there as it is."""
    model = body.model
    is_low = model.tank_l > 0 and body.fuel_l < LOW_FUEL_SHARE * model.tank_l
    if not is_low and _reaches(body, at_ms, to):
        return None
    if not model.tank_l and not model.dc_kw:
        return None
    name = f"{model.vin[-4:]} {PUMP if model.tank_l else FAST_CHARGER}"
    return _near(body.place, name) if is_low else _on_the_way(body, at_ms, to, name)


def is_stop(place: Place) -> bool:
    """Return whether a place is a petrol station or a fast charger on the way."""
    return place.name.split(" at ")[0].endswith((PUMP, FAST_CHARGER))


def _reaches(body: CarBody, at_ms: int, to: Place) -> bool:
    return find_route(body.place, to).length_km * 1.08 < _usable_km(body, at_ms)


def _usable_km(body: CarBody, at_ms: int) -> float:
    """Return how far the car gets with some to spare; for a car with a tank, by the tank alone."""
    electric_km, fuel_km = body.reach_km(at_ms)
    model = body.model
    if model.tank_l:
        return fuel_km * (1 - SPARE_SHARE)
    return electric_km - SPARE_SHARE * model.battery_kwh / (model.kwh_per_100km * body.effort(at_ms)) * 100


def _on_the_way(body: CarBody, at_ms: int, to: Place, name: str) -> Place:
    for share in ON_THE_WAY:
        reach_km = _usable_km(body, at_ms) * share / WINDING
        stop = _named(name, point_between(body.place.at, to.at, km=reach_km))
        if reach_km > NEAR_KM and _reaches(body, at_ms, stop):
            return stop
    return _near(body.place, name)


def _near(place: Place, name: str) -> Place:
    bearing_deg = (place.at[0] + place.at[1]) * 1e5 % 360
    return _named(name, point_at(place.at, km=NEAR_KM, bearing_deg=bearing_deg))


def _named(name: str, at: tuple[float, float]) -> Place:
    return Place(name=f"{name} at {at[0]:.4f} {at[1]:.4f}", at=at)
