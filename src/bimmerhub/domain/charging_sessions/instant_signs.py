"""What one instant says of a car: whether a plug is in, whether it charges, whether it drove; and the car's memory."""

from collections.abc import Mapping
from typing import Final

from bimmerhub.domain.charging_sessions.session_evidence import Said
from bimmerhub.domain.charging_sessions.session_state import CarMemory
from bimmerhub.domain.plausibility.odometer import MS_PER_KM, ROUNDING_KM
from bimmerhub.times import HOUR_MS

FLOWING_KW: Final = 0.2
"""Less is no charging: a car that keeps its own devices alive draws that much."""
DRIVEN_KM: Final = 2.0
"""An odometer that rose so far since the plug was put in has driven. One tick may be a message that was lost before."""
LEVEL_FALLBACK_MS: Final = HOUR_MS
LEVELS: Final = ("level", "level 1", "level 2", "level 3")

_PLACE: Final = {field: place for place, field in enumerate(CarMemory._fields)}
_LEVEL: Final = _PLACE["level"]
"""Level, its time and its rank are three fields in a row."""
_PLAIN: Final[Mapping[str, tuple[int, int | None]]] = {
    "missing_kwh": (_PLACE["missing_kwh"], _PLACE["missing_ms"]),
    "latitude": (_PLACE["latitude"], _PLACE["latitude_ms"]),
    "longitude": (_PLACE["longitude"], _PLACE["longitude_ms"]),
    "odometer": (_PLACE["odometer_km"], None),
    "target": (_PLACE["target"], None),
    "plug_event": (_PLACE["plug_event"], None),
    "moving": (_PLACE["is_moving"], None),
}
"""What is remembered as it is said: where in the memory, and where its time is. A list that becomes the memory costs a
third of `_replace`, and a car that drives says something each second."""

ON_THE_WAY: Final = frozenset(
    {"level", "missing_kwh", "moving", "odometer", "target", "minutes_left", "latitude", "longitude"}
)
"""What a car says that drives, all the time: it opens no session, unless the level rose unseen."""


def is_plugged(car: CarMemory, said: Mapping[str, Said]) -> bool | None:
    """Return what was said of the plug. A single port that is empty says nothing, unless the plug was in it."""
    plug = said.get("plug")
    if plug is not None:
        return bool(plug)
    if said.get("dc_plug") is True:
        return True
    ports = [(kind, value) for kind, value in said.items() if kind.startswith("plug ")]
    if any(value is True for _, value in ports):
        return True
    return False if any(kind == car.port for kind, _ in ports) else None


def is_charging(said: Mapping[str, Said]) -> bool | None:
    """Return whether the instant says that it charges: the status first, then the power; None when it says nothing."""
    status, power = said.get("status"), said.get("power")
    if status is not None and status != "starting":
        return status == "charging"
    return power >= FLOWING_KW if isinstance(power, float) else None


def has_driven(car: CarMemory, said: Mapping[str, Said]) -> bool:
    """Tell whether the car drives or has driven, by what was said at an instant."""
    if said.get("moving") is True:
        return True
    odometer_km = said.get("odometer")
    return isinstance(odometer_km, float) and car.odometer_km is not None and odometer_km >= car.odometer_km + DRIVEN_KM


def driven_between(before_km: float | None, after_km: Said | None, passed_ms: int) -> float:
    """Return how far an odometer went, in km; 0 when that is not known, or more than a car drives in that time.

    A number whose unit got lost may be in miles.
    """
    if before_km is None or not isinstance(after_km, float) or passed_ms <= 0:
        return 0.0
    driven_km = after_km - before_km
    return driven_km if 0 < driven_km <= ROUNDING_KM + passed_ms / MS_PER_KM else 0.0


def remember(car: CarMemory, said: Mapping[str, Said], at_ms: int) -> CarMemory:
    """Return the memory with what was said of the car itself."""
    memory = list(car)
    memory[_PLACE["seen_ms"]] = at_ms
    for kind, value in said.items():
        if kind in _PLAIN:
            place, time_place = _PLAIN[kind]
            memory[place] = value
            if time_place is not None:
                memory[time_place] = at_ms
    for rank, kind in enumerate(LEVELS):
        if kind in said and (rank <= car.level_rank or at_ms - car.level_ms > LEVEL_FALLBACK_MS):
            memory[_LEVEL : _LEVEL + 3] = [said[kind], at_ms, rank]
            break
    if has_driven(car, said):
        memory[_PLACE["driven_ms"]] = at_ms
    after = CarMemory._make(memory)
    return after if said.keys() <= ON_THE_WAY else _remember_standing(after, said, at_ms)


def _remember_standing(car: CarMemory, said: Mapping[str, Said], at_ms: int) -> CarMemory:
    """Return the memory with what a car says that stands."""
    if said.get("phases"):
        car = car._replace(phases=int(said["phases"]), phases_ms=at_ms)
    if "capacity" in said:
        car = car._replace(capacity_kwh=float(said["capacity"]), is_capacity_usable=True)
    elif "size" in said and not car.is_capacity_usable:
        car = car._replace(capacity_kwh=float(said["size"]))
    port = next((kind for kind, value in said.items() if kind.startswith("plug ") and value is True), None)
    return car if port is None else car._replace(port=port)
