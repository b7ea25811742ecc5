"""Odd words, units and zeros that BMW's cloud was seen to send; faults of the stream, REST and the archive use them."""

from collections.abc import Mapping
from typing import TypeVar

from bimmerhub.emulator.cardata.voice import keys

_V = TypeVar("_V", bound=bool | int | float | str | None)

NO_VALUE_TEXTS = ("null", "-", "--", "None", "n/a", "NA", "NaN", "undefined", "NOT_AVAILABLE", "")
"""Ways to write in a text that there is no value: `null` in an archive of 2019, the others inferred."""
UNKNOWN_WORD = "SOMETHING_NEW"
"""A word of no list: BMW adds words now and then, in 2026-09 two charging states."""
ODD_UNITS: Mapping[str, tuple[str, float]] = {
    "degrees": ("WGS84", 1),
    "%": ("percent", 1),
    "percent": ("%", 1),
    "kPa": ("kpa", 1),
    "Celsius": ("\N{DEGREE SIGN}C", 1),
    "W": ("w", 1),
    "l": ("L", 1),
    "min": ("m", 1),
    "m": ("cm", 100),
    "kWh/100 km": ("kWh/62 mi", 1),
}
"""Other spellings of units and what they make of the number (archive of 2019, clients 2025-2026)."""
ZEROS_FOR_ABSENT: Mapping[str, float] = {
    keys.TOTAL_RANGE: 0,
    keys.BATTERY_SIZE: 0.0,
    keys.KM_A_WEEK: 0,
}
"""What some cars say where they have nothing to say (JjyKsi/bmw-cardata-ha#34, JustChr/BavarianData#53)."""
BESIDE_GOOD = frozenset(
    {
        keys.SOC_HEADER,
        keys.ELECTRIC_RANGE,
        keys.PORT_STATUS,
        keys.DOORS_LOCK,
        keys.CLIMATE,
        keys.CLIMATE_MINUTES,
        keys.TIME_REMAINING,
        keys.DISPLAY_UNIT,
    }
)
"""Keys that are null while another one tells the same (evcc-io/evcc#29709 and #30938; the others inferred)."""
_DOOR_WORDS: Mapping[str, str] = {"UNLOCKED": "unlocked", "LOCKED": "locked", "SECURED": "secured"}


def in_odd_unit(value: _V, unit: str | None) -> tuple[_V | str | float, str | None]:
    """Return a value and its unit as some cars spell them; a number in a text stays a text, words stay as they are."""
    odd_unit, factor = ODD_UNITS.get(unit or "", (unit, 1))
    if factor == 1 or value is None or isinstance(value, bool):
        return value, odd_unit
    if not isinstance(value, str):
        return round(value * factor, 3), odd_unit
    try:
        return f"{float(value) * factor:g}", odd_unit
    except ValueError:  # another fault has made a word of it
        return value, unit


def compound_door_status(word: str, *, before: str) -> str:
    """Return the lock as the compound text that BMW's catalogue describes; a word that it does not have stays as it is.

    `before` is what the lock was; both states were the same in the archive of 2019.
    """
    old, new = _DOOR_WORDS.get(before), _DOOR_WORDS.get(word)
    if old is None or new is None:
        return word
    is_locked = "ASN_isFalse" if new == "unlocked" else "ASN_isTrue"
    return f"oldDoorStatus:ASN_{old},newDoorStatus:ASN_{new},allDoorsLocked:{is_locked},trunkLocked:{is_locked}"
