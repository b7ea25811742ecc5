"""What faults make of the entries of `telematicData`: nulls, texts, zeros and units as some cars have them."""

import zlib
from collections.abc import Callable, Mapping

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import iso_millis
from bimmerhub.emulator.cardata.voice.oddities import BESIDE_GOOD, NO_VALUE_TEXTS, ZEROS_FOR_ABSENT, in_odd_unit
from bimmerhub.emulator.faults.switches import Faults

Entry = dict[str, str | None]
"""One entry: its timestamp, unit and value as text or null."""
_Oddity = Callable[[str, Entry, str], Entry]
"""Returns what becomes of a key's entry in an answer of a time (ISO 8601)."""


def make_odd(entries: Mapping[str, Entry], *, now_ms: int, faults: Faults) -> dict[str, Entry]:
    """Return the entries of one answer as the faults of the moment make them; the answer is of `now_ms`."""
    now, odd = iso_millis(now_ms), dict(entries)
    for name, oddity in _ODDITIES.items():
        changed = {key: oddity(key, entry, now) for key, entry in odd.items()} if faults.is_on(name) else odd
        if changed != odd and faults.take(name):
            odd = changed
    return odd


def _null_beside_good(key: str, entry: Entry, now: str) -> Entry:
    if key == keys.HV_STATUS:
        return {**entry, "timestamp": now, "value": "INVALID"}
    return {**entry, "timestamp": now, "value": None} if key in BESIDE_GOOD else entry


def _null_check_control(key: str, entry: Entry, now: str) -> Entry:
    if key != keys.CHECK_CONTROL or entry["value"] != "[]":
        return entry
    return {"timestamp": entry["timestamp"] or now, "unit": None, "value": None}


def _zero_for_absent(key: str, entry: Entry, _now: str) -> Entry:
    zero = ZEROS_FOR_ABSENT.get(key)
    return entry if zero is None or entry["value"] is None else {**entry, "value": str(zero)}


def _no_value_text(key: str, entry: Entry, now: str) -> Entry:
    """Return a text where there is null; which one is the same for a key each time."""
    if entry["value"] is not None:
        return entry
    return {**entry, "timestamp": now, "value": NO_VALUE_TEXTS[zlib.crc32(key.encode()) % len(NO_VALUE_TEXTS)]}


def _odd_unit(_key: str, entry: Entry, _now: str) -> Entry:
    value, unit = in_odd_unit(entry["value"], entry["unit"])
    return {**entry, "unit": unit, "value": None if value is None else str(value)}


def _no_unit(_key: str, entry: Entry, _now: str) -> Entry:
    return {**entry, "unit": None}


_ODDITIES: Mapping[str, _Oddity] = {
    "rest-zeros-for-absent": _zero_for_absent,
    "rest-null-beside-good": _null_beside_good,
    "check-control-null": _null_check_control,
    "rest-no-value-texts": _no_value_text,
    "rest-odd-units": _odd_unit,
    "rest-no-unit": _no_unit,
}
"""By the name of the fault, in the order in which they act."""
