"""A reading: one value of one descriptor at one time."""

from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple, TypeGuard

from bimmerhub.ids import Descriptor, Vin

Value = bool | int | float | str | None
"""A canonical value: int when integral, finite float, bool, text. None means that the car said "no value"."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Source(IntEnum):
    """How a reading reached us: one of CarData's ways, another family, a hint of somebody's, or a meter.

    When the same reading comes twice, the smaller number is kept.
    """

    STREAM = 1
    REST = 2
    ARCHIVE = 3
    CAPTURE = 4
    IREMOTE = 12
    CONNECTEDDRIVE = 22
    MYBMW = 32
    HINT = 90
    METER = 91


class Reading(NamedTuple):
    """One value of one descriptor of one vehicle.

    `measured_at_ms` is BMW's time of the value, in whole seconds; `sent_at_ms` is BMW's time of the message or answer
    that carried it (None when it had none); `received_at_ms` is our own. All are milliseconds since 1970 UTC. `unit` is
    canonical (see `units`).
    A named tuple, because every live message and every line of an import makes one: a frozen dataclass takes three
    times as long to make (1.2 us).
    """

    vin: Vin
    descriptor: Descriptor
    value: Value
    unit: str | None
    measured_at_ms: int
    sent_at_ms: int | None
    received_at_ms: int
    source: Source

    @property
    def measured_at(self) -> datetime:
        """BMW's time of the value, aware, in UTC."""
        return _EPOCH + timedelta(milliseconds=self.measured_at_ms)

    @property
    def sent_after_ms(self) -> int:
        """BMW's message time minus the time of the value, never negative; 0 when the message had no time."""
        return 0 if self.sent_at_ms is None else max(0, self.sent_at_ms - self.measured_at_ms)


def is_number(value: Value) -> TypeGuard[int | float]:
    """Tell whether a value is a number; a bool is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def value_rank(value: Value) -> tuple[int, int | float, str]:
    """Return a sort key that orders any two values: numbers, then text, then False, True and "no value".

    The order means nothing in itself; it settles, the same way everywhere, which of two values of one instant is newer.
    """
    if value is None:
        return (4, 0, "")
    if isinstance(value, bool):
        return (3, int(value), "")
    if isinstance(value, str):
        return (2, 0, value)
    return (1, value, "")


def is_newer(reading: Reading, other: Reading | None) -> bool:
    """Tell whether `reading` supersedes `other` of the same descriptor: by measured_at, then sent_after, then value."""
    if other is None:
        return True
    if reading.measured_at_ms != other.measured_at_ms:
        return reading.measured_at_ms > other.measured_at_ms
    return (reading.sent_after_ms, value_rank(reading.value)) > (other.sent_after_ms, value_rank(other.value))
