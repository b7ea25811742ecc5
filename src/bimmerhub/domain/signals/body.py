"""Signals of the body and the climate: doors, windows, locks, roof, lights, alarm, tyres, preconditioning.

"Driver" and "passenger" are BMW's words for sides: the driver's side is left or right, as the steering wheel is.
"""

from typing import Final

from bimmerhub.domain.signals.forms import OPEN_WORDS, flag, number, text
from bimmerhub.domain.signals.signal import Signal

_LOCKS: Final = ("cabin.door.status", "cabin.door.lock.status")
_CLIMATE: Final = ("vehicle.preConditioning.activity", "cabin.hvac.preconditioning.status.comfortState")
_LOCK_WORDS: Final = {
    "LOCKED": "locked",
    "SECURED": "secured",
    "UNLOCKED": "unlocked",
    "SELECTIVE_LOCKED": "partly_locked",
    "SELECTIVE-LOCKED": "partly_locked",
    "SELECTIVELOCKED": "partly_locked",
}
_OPENING_WORDS: Final = {
    "OPEN": "open",
    "CLOSED": "closed",
    "INTERMEDIATE": "partly_open",
    "OPEN_TILT": "tilted",
    "INTERMEDIATE_TILT": "tilted",
}
_ROOF_WORDS: Final = {
    "CLOSEDSECURED": "closed",
    "CLOSED": "closed",
    "OPENSECURED": "open",
    "OPEN": "open",
    "INTERMEDIATE": "partly_open",
}
_ALARM_WORDS: Final = {"UNARMED": "unarmed", "DOORSONLY": "doors", "DOORSTILTCABIN": "doors_tilt_cabin"}
_CLIMATE_WORDS: Final = {
    "INACTIVE": "off",
    "STANDBY": "standby",
    "HEATING": "heating",
    "COOLING": "cooling",
    "VENTILATION": "ventilation",
    # comfortState
    "NOT_ACTIVE": "off",
    "COMFORT_HEATING": "heating",
    "COMFORT_COOLING": "cooling",
    "COMFORT_VENTILATION": "ventilation",
    "DEFROST": "defrost",
    "COMFORT_UNDEFINED": "on",
}
_CLIMATE_ERROR_WORDS: Final = {
    "OK": "ok",
    "LOWFUEL": "low_fuel",
    "LOWBATTERY": "low_battery",
    "QUOTAEXCEEDED": "quota_exceeded",
    "HEATERFAILURE": "heater_failure",
    "COMPONENTFAILURE": "component_failure",
    "OPENORUNLOCKED": "open_or_unlocked",
}
_ROWS: Final = {"front": "row1", "rear": "row2"}
_SEATS: Final = tuple((row, side) for row in _ROWS for side in ("driver", "passenger"))
_WHEELS: Final = tuple((row, side) for row in _ROWS for side in ("left", "right"))


def _door(row: str, side: str) -> Signal:
    path = f"cabin.door.{_ROWS[row]}.{side}.isOpen"
    return flag(f"is_door_{row}_{side}_open", f"The {row} door on the {side}'s side is open", path, words=OPEN_WORDS)


def _window(row: str, side: str) -> Signal:
    path = f"cabin.window.{_ROWS[row]}.{side}.status"
    meaning = f"The {row} window on the {side}'s side: open, partly_open or closed"
    return text(f"window_{row}_{side}", meaning, path, words=_OPENING_WORDS)


def _tyre(row: str, side: str) -> tuple[Signal, ...]:
    tyre, place = f"chassis.axle.{_ROWS[row]}.wheel.{side}.tire", f"{row} {side}"
    return (
        number(f"tyre_pressure_{row}_{side}_kpa", "kPa", f"Pressure of the {place} tyre", f"{tyre}.pressure"),
        number(
            f"tyre_pressure_target_{row}_{side}_kpa",
            "kPa",
            f"Pressure that the {place} tyre should have",
            f"{tyre}.pressureTarget",
        ),
        number(f"tyre_temperature_{row}_{side}_c", "°C", f"Temperature of the {place} tyre", f"{tyre}.temperature"),
    )


BODY_SIGNALS: Final = (
    text("lock_state", "locked, secured, partly_locked or unlocked", _LOCKS, words=_LOCK_WORDS),
    flag(
        "is_locked",
        "Every door is locked",
        _LOCKS,
        words={word: state in {"locked", "secured"} for word, state in _LOCK_WORDS.items()},
    ),
    *(_door(row, side) for row, side in _SEATS),
    flag("is_trunk_open", "The trunk is open", "body.trunk.isOpen", "body.trunk.door.isOpen", words=OPEN_WORDS),
    flag("is_trunk_locked", "The trunk is locked", "body.trunk.isLocked"),
    flag("is_trunk_window_open", "The rear window is open", "body.trunk.window.isOpen", words=OPEN_WORDS),
    flag("is_hood_open", "The hood is open", "body.hood.isOpen", words=OPEN_WORDS),
    *(_window(row, side) for row, side in _SEATS),
    text(
        "sunroof_state",
        "open, partly_open, tilted or closed",
        "cabin.sunroof.overallStatus",
        "cabin.sunroof.status",
        words=_OPENING_WORDS,
    ),
    text(
        "convertible_roof_state",
        "open, partly_open or closed",
        ("cabin.convertible.roofStatus", "cabin.convertible.roofRetractableStatus"),
        words=_ROOF_WORDS,
    ),
    text("sunroof_tilt", "open, partly_open or closed", "cabin.sunroof.tiltStatus", words=_OPENING_WORDS),
    number("sunroof_shade_percent", "%", "How far the shade under the roof is open", "cabin.sunroof.shade.position"),
    flag("are_lights_on", "The exterior lights are on", "body.lights.isRunningOn"),
    text(
        "alarm_state",
        "unarmed, doors or doors_tilt_cabin: what the alarm watches",
        "vehicle.antiTheftAlarmSystem.alarm.armStatus",
        words=_ALARM_WORDS,
    ),
    flag(
        "is_alarm_on",
        "The anti-theft alarm is on; what it watches is alarm_state",
        "vehicle.antiTheftAlarmSystem.alarm.isOn",
    ),
    *(signal for row, side in _WHEELS for signal in _tyre(row, side)),
)

CLIMATE_SIGNALS: Final = (
    text(
        "climate_activity",
        "off, standby, heating, cooling, ventilation, defrost or on: climate of the parked car",
        *_CLIMATE,
        words=_CLIMATE_WORDS,
    ),
    flag(
        "is_climate_on",
        "The climate of the parked car is at work",
        *_CLIMATE,
        words={word: activity not in {"off", "standby"} for word, activity in _CLIMATE_WORDS.items()},
    ),
    number(
        "climate_time_left_min",
        "min",
        "Time for which the climate of the parked car goes on",
        "vehicle.preConditioning.remainingTime",
        "cabin.hvac.preconditioning.status.remainingRunningTime",
    ),
    number("climate_progress_percent", "%", "How far the cabin is", "cabin.hvac.preconditioning.status.progress"),
    flag("is_rear_defrost_on", "The rear window is heated", "cabin.hvac.preconditioning.status.rearDefrostActive"),
    flag(
        "is_mirror_heating_on",
        "The exterior mirrors are heated",
        "cabin.hvac.preconditioning.status.isExteriorMirrorHeatingActive",
    ),
    flag(
        "is_engine_heating",
        "The engine runs for the climate of the parked car",
        "vehicle.preConditioning.isRemoteEngineRunning",
    ),
    text(
        "climate_error",
        "ok, or why the climate of the parked car did not start",
        "vehicle.preConditioning.error",
        words=_CLIMATE_ERROR_WORDS,
    ),
    number(
        "target_temperature_c",
        "°C",
        "Temperature that the climate of the parked car aims at",
        "cabin.hvac.preconditioning.configuration.defaultSettings.targetTemperature",
        "cabin.hvac.preconditioning.configuration.directStartSettings.targetTemperature",
    ),
)
