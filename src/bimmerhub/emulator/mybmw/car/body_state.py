"""The body of a car in `state`: doors, windows, roof, tyres, where it is."""

from collections.abc import Iterable, Mapping

from bimmerhub.emulator.cars.models.equipment import Equipment
from bimmerhub.emulator.cars.states import (
    CONVERTIBLE_ROOF,
    HOOD,
    REAR_WINDOW,
    SUNROOF,
    TRUNK,
    LockState,
    WarningKind,
    WindowState,
)
from bimmerhub.emulator.cars.truth import CarTruth, Openings, TyreTruth
from bimmerhub.emulator.cars.world.addresses import find_address
from bimmerhub.emulator.mybmw import words
from bimmerhub.emulator.remote.local_words import door_state


def describe_doors(truth: CarTruth) -> dict[str, object]:
    """Return `doorsState`; parts that the car does not have are left out."""
    openings = truth.openings
    doors = {
        key: door_state(name, openings)
        for key, name in _by_side(words.DOORS, truth.equipment, openings, {"hood": HOOD, "trunk": TRUNK}).items()
    }
    return {
        "combinedSecurityState": words.LOCKS[truth.lock],
        **doors,
        "combinedState": _combine(doors.values()),
    }


def describe_windows(truth: CarTruth) -> dict[str, object]:
    """Return `windowsState`; windows that the car does not have are left out."""
    openings = truth.openings
    windows = {
        key: words.WINDOWS[openings.windows.get(name, WindowState.CLOSED)]
        for key, name in _by_side(words.WINDOW_ROWS, truth.equipment, openings, {}).items()
    }
    if truth.equipment.has_rear_window:
        windows["rear"] = words.WINDOWS[openings.windows.get(REAR_WINDOW, WindowState.CLOSED)]
    return {**windows, "combinedState": _combine(windows.values())} if windows else {}


def describe_roof(truth: CarTruth) -> dict[str, object] | None:
    """Return `roofState`, None for a car whose roof does not open; the type of a convertible's is inferred."""
    equipment = truth.equipment
    for has_roof, name, kind in (
        (equipment.has_sunroof, SUNROOF, "SUN_ROOF"),
        (equipment.has_convertible_roof, CONVERTIBLE_ROOF, "CONVERTIBLE"),
    ):
        if has_roof:
            state = truth.openings.windows.get(name, WindowState.CLOSED)
            return {"roofState": words.ROOFS[state], "roofStateType": kind}
    return None


def describe_tyres(truth: CarTruth, details: Mapping[str, Mapping[str, object]]) -> dict[str, object]:
    """Return `tireState`; `details` are by wheel, as this API names it."""
    low = {warning.wheel for warning in truth.service.warnings if warning.kind is WarningKind.TYRE_PRESSURE_LOW}
    tyres = {tyre.wheel: tyre for tyre in truth.sensors.tyres}
    return {
        key: {
            **({"details": details[key]} if key in details else {}),
            "status": _tyre_status(tyres[wheel], is_low=wheel in low),
        }
        for key, wheel in words.WHEELS.items()
        if wheel in tyres
    }


def describe_location(truth: CarTruth) -> dict[str, object] | None:
    """Return `location`, None when its people do not let it tell."""
    if not truth.equipment.is_tracking_allowed:
        return None
    return {
        "coordinates": {"latitude": round(truth.latitude_deg, 6), "longitude": round(truth.longitude_deg, 6)},
        "address": {"formatted": find_address(truth.place_name).line},
        "heading": truth.heading_deg,
    }


def describe_security(truth: CarTruth) -> str | None:
    """Return `securityOverviewMode`: whether the alarm is armed, None without one."""
    if not truth.equipment.has_alarm:
        return None
    return "ARMED" if truth.lock is LockState.SECURED else "NOT_ARMED"


def _by_side(
    rows: Mapping[str, tuple[str, str]], equipment: Equipment, openings: Openings, others: Mapping[str, str]
) -> dict[str, str]:
    """Return the names of the car's parts by this API's keys: the driver sits on the left or on the right."""
    sides = ("right", "left") if equipment.is_right_hand_drive else ("left", "right")
    parts = {f"{side}{row}": name for row, names in rows.items() for side, name in zip(sides, names, strict=True)}
    return {key: name for key, name in {**parts, **others}.items() if name in openings.names}


def _combine(states: Iterable[str]) -> str:
    return "CLOSED" if set(states) <= {"CLOSED"} else "OPEN"


def _tyre_status(tyre: TyreTruth, *, is_low: bool) -> dict[str, object]:
    """Return pressures in kPa; a status of 0 is fine, and 1 is not (inferred)."""
    return {
        "currentPressure": round(tyre.pressure_kpa),
        "pressureStatus": int(is_low),
        "targetPressure": round(tyre.target_kpa),
        "wearStatus": 0,
    }
