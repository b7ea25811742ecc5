"""What one instant says of a car: whether a plug is in, whether it charges, whether it drove; and the car's memory."""

from collections.abc import Mapping
from typing import Final

from bimmerhub.domain.charging_sessions.session_evidence import Said
from bimmerhub.domain.charging_sessions.session_state import CarMemory
from bimmerhub.times import HOUR_MS

FLOWING_KW: Final = 0.2
"""Less is no charging: a car that keeps its own devices alive draws that much."""
DRIVEN_KM: Final = 2.0
"""An odometer that rose so far since the plug was put in has driven. One tick may be a message that was lost before."""
LEVEL_FALLBACK_MS: Final = HOUR_MS
LEVELS: Final = ("level", "level 1", "level 2", "level 3")
TIMED: Final = {kind: (kind, f"{kind.removesuffix('_kwh')}_ms") for kind in ("missing_kwh", "latitude", "longitude")}
REMEMBERED: Final = {
    "odometer": "odometer_km",
    "target": "target",
    "plug_event": "plug_event",
    "moving": "is_moving",
}
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


def remember(car: CarMemory, said: Mapping[str, Said], at_ms: int) -> CarMemory:
    """Return the memory with what was said of the car itself."""
    changes: dict[str, Said | None] = {"seen_ms": at_ms}
    for kind, (field, field_ms) in TIMED.items():
        if kind in said:
            changes[field], changes[field_ms] = said[kind], at_ms
    for rank, kind in enumerate(LEVELS):
        if kind in said and (rank <= car.level_rank or at_ms - car.level_ms > LEVEL_FALLBACK_MS):
            changes |= {"level": said[kind], "level_ms": at_ms, "level_rank": rank}
            break
    if has_driven(car, said):
        changes["driven_ms"] = at_ms
    for kind, field in REMEMBERED.items():
        if kind in said:
            changes[field] = said[kind]
    if not said.keys() <= ON_THE_WAY:
        changes |= _remember_standing(car, said, at_ms)
    return car._replace(**changes)  # type: ignore[arg-type]  # the names above are its fields


def _remember_standing(car: CarMemory, said: Mapping[str, Said], at_ms: int) -> dict[str, Said | None]:
    """Return what changes in the memory by what a car says that stands."""
    changes: dict[str, Said | None] = {}
    if said.get("phases"):
        changes |= {"phases": int(said["phases"]), "phases_ms": at_ms}
    if "capacity" in said:
        changes |= {"capacity_kwh": said["capacity"], "is_capacity_usable": True}
    elif "size" in said and not car.is_capacity_usable:
        changes["capacity_kwh"] = said["size"]
    port = next((kind for kind, value in said.items() if kind.startswith("plug ") and value is True), None)
    if port is not None:
        changes["port"] = port
    return changes
