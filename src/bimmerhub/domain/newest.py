"""The newest reading of each descriptor: the same one in whatever order, and however often, the readings came."""

from collections.abc import Mapping
from types import MappingProxyType

from bimmerhub.domain.reading import Reading, value_rank
from bimmerhub.ids import Descriptor

_ValueKey = tuple[tuple[int, int | float, str], str]


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
        """Take in a reading; return the newest of its descriptor when that is another one now, else None."""
        descriptor = reading.descriptor
        current = self._newest.get(descriptor)
        if current is None or reading.measured_at_ms > current.measured_at_ms:
            self._of_one_instant.pop(descriptor, None)
            self._newest[descriptor] = reading
            return reading
        if reading.measured_at_ms < current.measured_at_ms:
            return None
        rivals = self._of_one_instant.setdefault(descriptor, {_value_key(current): current})
        key = _value_key(reading)
        same = rivals.get(key)
        rivals[key] = rival = reading if same is None else merge(same, reading)
        if same is None:
            newest = max(current, rival, key=_rank)
        elif same == current:  # sent earlier than was known, it may give way: only then are all of them compared
            newest = max(rivals.values(), key=_rank)
        else:
            return None
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


def _rank(reading: Reading) -> tuple[int, _ValueKey]:
    return reading.sent_after_ms, _value_key(reading)


def _value_key(reading: Reading) -> _ValueKey:
    return value_rank(reading.value), reading.unit or ""
