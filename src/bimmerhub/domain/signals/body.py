"""Signals of the body: doors, windows, locks, roof, lights, alarm, tyres.

"Driver" and "passenger" are BMW's words for sides: the driver's side is left or right, as the steering wheel is.
"""

import re
from typing import Final

from bimmerhub.domain.signals.forms import OPEN_WORDS, flag, number, text
from bimmerhub.domain.signals.signal import Signal

_LOCKS: Final = ("cabin.door.status", "cabin.door.lock.status")
_LOCK_WORDS: Final = {
    "LOCKED": "locked",
    "SECURED": "secured",
    "UNLOCKED": "unlocked",
    "SELECTIVE_LOCKED": "partly_locked",
    "SELECTIVE-LOCKED": "partly_locked",
    "SELECTIVELOCKED": "partly_locked",
    "PARTIALLY_LOCKED": "partly_locked",  # the MyBMW app's
}


_MEMBER: Final = re.compile(r"\w+[\"']?\s*[:=]", re.ASCII)
_NEW_DOOR_STATUS: Final = re.compile(r"newDoorStatus[\"']?\s*[:=]\s*[\"']?([\w-]+)", re.ASCII | re.IGNORECASE)


def _new_door_status(text: str) -> str:
    """Return the present word of a compound door status, any other text as it is.

    `oldDoorStatus:ASN_secured,newDoorStatus:ASN_locked,...` in any order: so it stands in a customer archive of 2019.
    BMW's catalogue describes it with a blank behind each colon and a blank or a line's end between the members; an
    equals sign may stand for the colon.
    """
    if match := _NEW_DOOR_STATUS.search(text):
        return match[1]
    return "" if _MEMBER.search(text) else text


_OPENING_WORDS: Final = {
    "OPEN": "open",
    "OPENED": "open",
    "TRUE": "open",
    "CLOSED": "closed",
    "FALSE": "closed",
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
            zero="absent",
        ),
        number(f"tyre_temperature_{row}_{side}_c", "°C", f"Temperature of the {place} tyre", f"{tyre}.temperature"),
    )


BODY_SIGNALS: Final = (
    text("lock_state", "locked, secured, partly_locked or unlocked", _LOCKS, words=_LOCK_WORDS, pick=_new_door_status),
    flag(
        "is_locked",
        "Every door is locked",
        _LOCKS,
        words={word: state in {"locked", "secured"} for word, state in _LOCK_WORDS.items()},
        pick=_new_door_status,
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
