"""The newest reading of each descriptor: the same one in whatever order, and however often, the readings came."""

from collections.abc import Mapping
from types import MappingProxyType

from bimmerhub.domain.reading import Reading, Value, value_rank
from bimmerhub.ids import Descriptor

_ValueKey = tuple[bool, Value, str]
_ValueOrder = tuple[tuple[int, int | float, str], str]


class NewestReadings:
    """The newest reading of each descriptor, by measured_at, then sent_after, then value. Mutable; owned by one task.

    The same value of the same instant, come again, is one reading: it was sent when it was first sent, and its source
    is the one with the smaller number. So all values of the newest instant have to be remembered, for an earlier
    sending of one of them can still make another one the newest.
    """

    def __init__(self) -> None:
        self._newest: dict[Descriptor, Reading] = {}
        self._of_one_instant: dict[Descriptor, dict[_ValueKey, Reading]] = {}

    def take(self, reading: Reading) -> Reading | None:
        """Take in a reading; return the newest of its descriptor when that is another one now, else None.

        Every reading comes through here, and a burst brings many values of one instant: about 1 us for each of them.
        """
        descriptor = reading.descriptor
        current = self._newest.get(descriptor)
        if current is None or reading.measured_at_ms > current.measured_at_ms:
            self._of_one_instant.pop(descriptor, None)
            self._newest[descriptor] = reading
            return reading
        if reading.measured_at_ms < current.measured_at_ms:
            return None
        rivals = self._of_one_instant.get(descriptor)
        if rivals is None:
            rivals = self._of_one_instant[descriptor] = {_value_key(current): current}
        key = _value_key(reading)
        same = rivals.get(key)
        if same is not None:
            return self._take_again(same, reading)
        rivals[key] = reading
        later_ms = reading.sent_after_ms - current.sent_after_ms
        if later_ms < 0 or (later_ms == 0 and _value_order(reading) < _value_order(current)):
            return None
        self._newest[descriptor] = reading
        return reading

    def _take_again(self, same: Reading, reading: Reading) -> Reading | None:
        """Take in a value of the newest instant that has come before."""
        descriptor = reading.descriptor
        current = self._newest[descriptor]
        rivals = self._of_one_instant[descriptor]
        rivals[_value_key(reading)] = merge(same, reading)
        if same != current:
            return None
        newest = max(rivals.values(), key=_rank)  # sent earlier than was known, it may give way to another one
        if newest == current:
            return None
        self._newest[descriptor] = newest
        return newest

    def view(self) -> Mapping[Descriptor, Reading]:
        """Return a read-only live view, by descriptor."""
        return MappingProxyType(self._newest)


def merge(reading: Reading, other: Reading) -> Reading:
    """Return the one reading that two of the same descriptor, instant, value and unit are."""
    first = min(reading, other, key=lambda one: (one.sent_after_ms, one.sent_at_ms or 0))
    return first._replace(
        source=min(reading.source, other.source), received_at_ms=min(reading.received_at_ms, other.received_at_ms)
    )


def _rank(reading: Reading) -> tuple[int, _ValueOrder]:
    return reading.sent_after_ms, _value_order(reading)


def _value_order(reading: Reading) -> _ValueOrder:
    return value_rank(reading.value), reading.unit or ""


def _value_key(reading: Reading) -> _ValueKey:
    """Return what two readings of one instant have in common that are the same; True is not 1."""
    value = reading.value
    return value is True or value is False, value, reading.unit or ""
