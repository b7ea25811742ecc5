"""What faults make of single values, units and words."""

import zlib
from collections.abc import Mapping
from dataclasses import replace

from bimmerhub.emulator.cardata.stream.stream_memory import Change, StreamMemory
from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import StreamMessage, Value
from bimmerhub.emulator.cardata.voice.oddities import (
    BESIDE_GOOD,
    NO_VALUE_TEXTS,
    UNKNOWN_WORD,
    ZEROS_FOR_ABSENT,
    compound_door_status,
    in_odd_unit,
)
from bimmerhub.times import HOUR_MS

FUTURE_MS = HOUR_MS
STALE_MS = 5 * HOUR_MS
SPIKE_KM = 4_999_999
FAR_OFF_SHARE = 128 / 379
"""A range of 128 km was told where 379 km were true (JustChr/BavarianData, Supported-Cars)."""
HALF_FULL = 50

NO_VALUE_WORDS = ("-NA-", "INVALID", "UNKNOWN")
OPENING_WORDS = (("OPEN", "CLOSED"), ("open", "closed"), ("true", "false"))
TRUTH_WORDS = (("ASN_isTrue", "ASN_isFalse"), ("true", "false"))

_CHARGE_ENDS: dict[str, tuple[Value, ...]] = {
    keys.CHARGING_STATUS: ("CHARGINGENDED", "NOCHARGING"),
    keys.HV_STATUS: ("FINISHED_NOT_FULL", "FINISHED_FULLY_CHARGED", "NOT_CHARGING"),
    keys.CHARGING_POWER: (0,),
    keys.TIME_REMAINING: (0,),
}
_NEW_CHARGING_WORDS: Mapping[Value, str] = {
    "CHARGINGPAUSED": "CHARGINGINTERRUPTED",
    "CHARGINGERROR": "CHARGINGDISRUPTED",
}
_LEVELS = frozenset({keys.SOC_HEADER, keys.SOC_DISPLAYED})
SELDOM = frozenset({keys.CHARGING_VOLTAGE, keys.CHARGING_CURRENT})


def _drop(_: StreamMemory, message: StreamMessage) -> StreamMessage | None:  # noqa: ARG001 - as the others
    return None


def _drop_unticked(memory: StreamMemory, message: StreamMessage) -> StreamMessage | None:
    """Return None for a descriptor without a tick; which ones those are is the same each time."""
    share = memory.faults.value("unticked", at_ms=message.sent_at_ms) or 0.0
    place = zlib.crc32(f"{memory.gcid} {message.descriptor}".encode()) / 2**32
    return None if place < share else message


def _drop_charge_end(_: StreamMemory, message: StreamMessage) -> StreamMessage | None:
    return None if message.value in _CHARGE_ENDS.get(message.descriptor, ()) else message


def _drop_level(memory: StreamMemory, message: StreamMessage) -> StreamMessage | None:
    return None if message.descriptor in _LEVELS and message.vin in memory.charging else message


def _drop_stale(memory: StreamMemory, message: StreamMessage) -> StreamMessage | None:
    """Return None for a voltage or current when one was sent within five hours."""
    passed_ms = memory.passed_ms.get((message.vin, message.descriptor))
    is_early = passed_ms is not None and message.sent_at_ms < passed_ms + STALE_MS
    return None if message.descriptor in SELDOM and is_early else message


def _in_miles(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    if message.unit != "km":
        return message
    return replace(message, value=_scaled(message, 1 / keys.KM_PER_MILE), unit="miles")


def _odometer_in_miles(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    if message.descriptor != keys.ODOMETER or message.unit != "km":
        return message
    return replace(message, value=_scaled(message, 1 / keys.KM_PER_MILE))


def _power_in_kw(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    if message.descriptor != keys.CHARGING_POWER or message.unit != "W":
        return message
    return replace(message, value=_scaled(message, 0.001), unit="kW")


def _scaled(message: StreamMessage, factor: float) -> float | None:
    if isinstance(message.value, (str, bool)) or message.value is None:
        return None
    return round(message.value * factor, 3)


def _target_at_100(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    is_other = message.descriptor == keys.SOC_TARGET and message.value != 100  # noqa: PLR2004 - percent
    return replace(message, value=100) if is_other else message


def _boolean_as_word(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    if not isinstance(message.value, bool):
        return message
    pairs = OPENING_WORDS if message.descriptor.endswith(".isOpen") else TRUTH_WORDS
    when_true, when_false = pairs[zlib.crc32(message.descriptor.encode()) % len(pairs)]
    return replace(message, value=when_true if message.value else when_false)


def _without_unit(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    return message if message.unit is None else replace(message, unit=None)


def _sometimes_without_unit(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    is_struck = message.unit is not None and memory.strikes("units-come-and-go", message)
    return replace(message, unit=None) if is_struck else message


def _in_odd_unit(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    value, unit = in_odd_unit(message.value, message.unit)
    return message if unit == message.unit else replace(message, value=value, unit=unit)


def _zero_for_absent(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    zero = ZEROS_FOR_ABSENT.get(message.descriptor)
    return message if zero is None else replace(message, value=zero)


def _new_charging_word(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    if message.descriptor != keys.CHARGING_STATUS or message.value not in _NEW_CHARGING_WORDS:
        return message
    return replace(message, value=_NEW_CHARGING_WORDS[message.value])


def _compound_lock(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    if message.descriptor != keys.DOORS_LOCK or not isinstance(message.value, str):
        return message
    before, _ = memory.locks[message.vin]
    return replace(message, value=compound_door_status(message.value, before=before))


def _null_beside_good(_: StreamMemory, message: StreamMessage) -> StreamMessage:
    return replace(message, value=None) if message.descriptor in BESIDE_GOOD else message


def _range_far_off(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    if message.descriptor != keys.ELECTRIC_RANGE_ESTIMATE or message.vin not in memory.charging:
        return message
    km = _scaled(message, FAR_OFF_SHARE)
    return replace(message, value=None if km is None else round(km))


def _odometer_jump(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    far_km = memory.faults.value("odometer-jump", at_ms=message.sent_at_ms) or 0.0
    if message.descriptor != keys.ODOMETER or not isinstance(message.value, int | float):
        return message
    return replace(message, value=round(message.value + far_km))


def _odometer_spike(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    is_struck = message.descriptor == keys.ODOMETER and memory.strikes("odometer-spike", message)
    return replace(message, value=SPIKE_KM) if is_struck else message


def _level_spike(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    if message.descriptor not in _LEVELS or not isinstance(message.value, int | float):
        return message
    if not memory.strikes("level-spike", message):
        return message
    return replace(message, value=0 if message.value >= HALF_FULL else 100)


def _in_future(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    if not memory.strikes("future", message):
        return message
    return replace(message, measured_at_ms=message.measured_at_ms + FUTURE_MS)


def _without_value(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    return replace(message, value=None) if memory.strikes("nulls", message) else message


def _with_no_value_word(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    if not memory.strikes("no-value-words", message):
        return message
    return replace(message, value=memory.chance.choice(NO_VALUE_WORDS), unit=None)


def _with_no_value_text(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    if not memory.strikes("no-value-texts", message):
        return message
    return replace(message, value=memory.chance.choice(NO_VALUE_TEXTS))


def _with_unknown_word(memory: StreamMemory, message: StreamMessage) -> StreamMessage:
    is_struck = isinstance(message.value, str) and memory.strikes("unknown-words", message)
    return replace(message, value=UNKNOWN_WORD) if is_struck else message


VALUE_CHANGES: Mapping[str, Change] = {
    "silent": _drop,
    "unticked": _drop_unticked,
    "charge-end-untold": _drop_charge_end,
    "soc-frozen": _drop_level,
    "volts-amps-stale": _drop_stale,
    "target-flips": _target_at_100,
    "zeros-for-absent": _zero_for_absent,
    "range-far-off": _range_far_off,
    "odometer-jump": _odometer_jump,
    "odometer-spike": _odometer_spike,
    "level-spike": _level_spike,
    "miles": _in_miles,
    "odometer-in-miles": _odometer_in_miles,
    "power-in-kw": _power_in_kw,
    "boolean-words": _boolean_as_word,
    "charging-words-new": _new_charging_word,
    "door-compound": _compound_lock,
    "odd-units": _in_odd_unit,
    "no-unit": _without_unit,
    "units-come-and-go": _sometimes_without_unit,
    "unknown-words": _with_unknown_word,
    "future": _in_future,
    "null-beside-good": _null_beside_good,
    "nulls": _without_value,
    "no-value-words": _with_no_value_word,
    "no-value-texts": _with_no_value_text,
}
"""By the name of the fault, in the order in which they act."""
