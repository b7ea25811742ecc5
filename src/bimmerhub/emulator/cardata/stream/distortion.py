"""How a fault of the messages changes a value on its way through BMW's cloud, or drops it."""

import random
import zlib
from collections.abc import Callable
from dataclasses import replace

from bimmerhub.emulator.cardata.voice import keys
from bimmerhub.emulator.cardata.voice.message import StreamMessage, Value
from bimmerhub.emulator.faults.switches import Faults
from bimmerhub.ids import Gcid, Vin
from bimmerhub.times import HOUR_MS

FUTURE_MS = HOUR_MS
FAR_DEGREES = 198 / 111.2  # kilometres of a degree of latitude
STALE_MS = 5 * HOUR_MS

NO_VALUE_WORDS = ("-NA-", "INVALID", "UNKNOWN")
OPENING_WORDS = (("OPEN", "CLOSED"), ("open", "closed"), ("true", "false"))
TRUTH_WORDS = (("ASN_isTrue", "ASN_isFalse"), ("true", "false"))

_CHARGE_ENDS: dict[str, tuple[Value, ...]] = {
    keys.CHARGING_STATUS: ("CHARGINGENDED", "NOCHARGING"),
    keys.HV_STATUS: ("FINISHED_NOT_FULL", "FINISHED_FULLY_CHARGED", "NOT_CHARGING"),
    keys.CHARGING_POWER: (0,),
    keys.TIME_REMAINING: (0,),
}
_LEVELS = frozenset({keys.SOC_HEADER, keys.SOC_DISPLAYED})
_SELDOM = frozenset({keys.CHARGING_VOLTAGE, keys.CHARGING_CURRENT})


class Distortion:
    """The faults that change or keep back single values of one account's cars; `chance` decides about shares."""

    def __init__(self, gcid: Gcid, *, faults: Faults, chance: random.Random) -> None:
        self._gcid = gcid
        self._faults = faults
        self._chance = chance
        self._charging: set[Vin] = set()
        self._passed_ms: dict[tuple[Vin, str], int] = {}

    def distort(self, message: StreamMessage) -> StreamMessage | None:
        """Return the message as it is sent by the faults of its time, None when it is not."""
        self._note_charging(message)
        on = self._faults.on(at_ms=message.sent_at_ms)
        changed: StreamMessage | None = message
        for name, change in _CHANGES.items() if on else ():
            if name in on and changed is not None:
                changed = self._change(name, change, changed)
        if changed is not None and changed.descriptor in _SELDOM:
            self._passed_ms[changed.vin, changed.descriptor] = changed.sent_at_ms
        return changed

    def _change(self, name: str, change: "_Changing", message: StreamMessage) -> StreamMessage | None:
        at_ms = message.sent_at_ms
        changed = change(self, message)
        if changed is message:
            return message
        share = self._faults.value(name, at_ms=at_ms) if name in _SHARED else None
        if share is not None and self._chance.random() >= share:
            return message
        return changed if self._faults.take(name, at_ms=at_ms) else message

    def _note_charging(self, message: StreamMessage) -> None:
        if message.descriptor == keys.CHARGING_STATUS:
            (self._charging.add if message.value == "CHARGINGACTIVE" else self._charging.discard)(message.vin)

    def drop_unticked(self, message: StreamMessage) -> StreamMessage | None:
        """Return None for a descriptor without a tick; which ones those are is the same each time."""
        share = self._faults.value("unticked", at_ms=message.sent_at_ms) or 0.0
        return None if zlib.crc32(f"{self._gcid} {message.descriptor}".encode()) / 2**32 < share else message

    def drop_level(self, message: StreamMessage) -> StreamMessage | None:
        """Return None for a charge level while the car charges."""
        return None if message.descriptor in _LEVELS and message.vin in self._charging else message

    def drop_stale(self, message: StreamMessage) -> StreamMessage | None:
        """Return None for a voltage or current when one was sent within five hours."""
        passed_ms = self._passed_ms.get((message.vin, message.descriptor))
        is_early = passed_ms is not None and message.sent_at_ms < passed_ms + STALE_MS
        return None if message.descriptor in _SELDOM and is_early else message

    def with_no_value_word(self, message: StreamMessage) -> StreamMessage:
        """Return the message with a word that means there is no value."""
        return replace(message, value=self._chance.choice(NO_VALUE_WORDS), unit=None)


_Changing = Callable[[Distortion, StreamMessage], StreamMessage | None]


def _drop_charge_end(_: Distortion, message: StreamMessage) -> StreamMessage | None:
    return None if message.value in _CHARGE_ENDS.get(message.descriptor, ()) else message


def _in_miles(_: Distortion, message: StreamMessage) -> StreamMessage:
    if message.unit != "km":
        return message
    return replace(message, value=_scaled(message, 1 / keys.KM_PER_MILE), unit="miles")


def _odometer_in_miles(_: Distortion, message: StreamMessage) -> StreamMessage:
    if message.descriptor != keys.ODOMETER or message.unit != "km":
        return message
    return replace(message, value=_scaled(message, 1 / keys.KM_PER_MILE))


def _power_in_kw(_: Distortion, message: StreamMessage) -> StreamMessage:
    if message.descriptor != keys.CHARGING_POWER or message.unit != "W":
        return message
    return replace(message, value=_scaled(message, 0.001), unit="kW")


def _scaled(message: StreamMessage, factor: float) -> float | None:
    if isinstance(message.value, (str, bool)) or message.value is None:
        return None
    return round(message.value * factor, 3)


def _target_at_100(_: Distortion, message: StreamMessage) -> StreamMessage:
    is_other = message.descriptor == keys.SOC_TARGET and message.value != 100  # noqa: PLR2004 - percent
    return replace(message, value=100) if is_other else message


def _boolean_as_word(_: Distortion, message: StreamMessage) -> StreamMessage:
    if not isinstance(message.value, bool):
        return message
    pairs = OPENING_WORDS if message.descriptor.endswith(".isOpen") else TRUTH_WORDS
    when_true, when_false = pairs[zlib.crc32(message.descriptor.encode()) % len(pairs)]
    return replace(message, value=when_true if message.value else when_false)


def _without_unit(_: Distortion, message: StreamMessage) -> StreamMessage:
    return message if message.unit is None else replace(message, unit=None)


def _far_away(_: Distortion, message: StreamMessage) -> StreamMessage:
    if message.descriptor != keys.LATITUDE or not isinstance(message.value, (int, float)):
        return message
    return replace(message, value=round(message.value + FAR_DEGREES, 6))


def _in_future(_: Distortion, message: StreamMessage) -> StreamMessage:
    return replace(message, measured_at_ms=message.measured_at_ms + FUTURE_MS)


def _without_value(_: Distortion, message: StreamMessage) -> StreamMessage:
    return replace(message, value=None)


_SHARED = frozenset({"far-position", "future", "nulls", "no-value-words"})
_CHANGES: dict[str, _Changing] = {
    "silent": lambda _, message: None,  # noqa: ARG005 - as the others
    "unticked": Distortion.drop_unticked,
    "charge-end-untold": _drop_charge_end,
    "soc-frozen": Distortion.drop_level,
    "volts-amps-stale": Distortion.drop_stale,
    "target-flips": _target_at_100,
    "miles": _in_miles,
    "odometer-in-miles": _odometer_in_miles,
    "power-in-kw": _power_in_kw,
    "boolean-words": _boolean_as_word,
    "no-unit": _without_unit,
    "far-position": _far_away,
    "future": _in_future,
    "nulls": _without_value,
    "no-value-words": Distortion.with_no_value_word,
}
"""In the order in which they act."""
