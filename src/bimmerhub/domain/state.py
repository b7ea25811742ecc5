"""The live state of one vehicle: the newest reading of each descriptor, and the signals that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bimmerhub.domain.latest_position import LatestPosition
from bimmerhub.domain.newest import NewestReadings
from bimmerhub.domain.positions import LATITUDE, LONGITUDE, Position, pair_quality
from bimmerhub.domain.reading import Reading
from bimmerhub.domain.signals.composites import COMPOSITES, Composite
from bimmerhub.domain.signals.signal import Quality, Signal
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.domain.signals.value import SignalValue, derive_signal_value
from bimmerhub.ids import Descriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a fold changed: the readings that became newest, and the signals that differ; each once."""

    readings: tuple[Reading, ...]
    signals: tuple[SignalValue, ...]


_COORDINATES: Final = frozenset({LATITUDE, LONGITUDE})


def _index_signals() -> dict[Descriptor, tuple[Signal, ...]]:
    fed_by: dict[Descriptor, tuple[Signal, ...]] = {}
    for signal in SIGNALS:
        for descriptor in signal.descriptors():
            if descriptor not in _COORDINATES:
                fed_by[descriptor] = (*fed_by.get(descriptor, ()), signal)
    return fed_by


_SIGNALS_FED_BY: Final = _index_signals()
_COORDINATE_SIGNALS: Final = tuple(signal for signal in SIGNALS if _COORDINATES.intersection(signal.descriptors()))


def _index_composites() -> dict[str, tuple[Composite, ...]]:
    part_of: dict[str, tuple[Composite, ...]] = {}
    for composite in COMPOSITES:
        for name in composite.parts:
            part_of[name] = (*part_of.get(name, ()), composite)
    return part_of


_COMPOSITES_OF: Final = _index_composites()


class VehicleState:
    """The newest of everything that one vehicle sent. Mutable; owned by one task.

    It is a function of the set of readings folded in: their order, and how often each came, make no difference. What
    was never reported is missing, never None and never 0.
    """

    def __init__(self) -> None:
        self._readings = NewestReadings()
        self._newest = self._readings.view()
        self._signals: dict[str, SignalValue] = {}
        self._position = LatestPosition()

    def fold(self, readings: Iterable[Reading]) -> Changes:
        """Take in readings of this vehicle, in any order, repeated or not, and return what changed."""
        fresh: dict[Descriptor, Reading] = {}
        has_moved = False
        for reading in readings:
            if reading.descriptor in _COORDINATES:
                self._position.add(reading)
                has_moved = True
            newest = self._readings.take(reading)
            if newest is not None:
                fresh[newest.descriptor] = newest
        changed = self._derive(fresh)
        if has_moved:
            changed += self._derive_position()
        return Changes(readings=tuple(fresh.values()), signals=tuple(changed))

    def signals(self) -> Mapping[str, SignalValue]:
        """Return a read-only live view of the signals that this car has reported, by name."""
        return MappingProxyType(self._signals)

    def readings(self) -> Mapping[Descriptor, Reading]:
        """Return a read-only live view of the newest reading of each descriptor, with when it was received."""
        return self._newest

    def position(self) -> Position | None:
        """Return where the car was last; None when unknown, or when its newest word is that it has no position."""
        return None if self._position_refused_at_ms() is not None else self._position.position()

    def _derive(self, fresh: Mapping[Descriptor, Reading]) -> list[SignalValue]:
        affected = {signal.name: signal for descriptor in fresh for signal in _SIGNALS_FED_BY.get(descriptor, ())}
        changed = []
        for name, signal in affected.items():
            reading = signal.choose(self._newest)
            if reading is not None and self._set(name, derived := derive_signal_value(signal, reading)):
                changed.append(derived)
        return changed + self._derive_composites(changed)

    def _derive_composites(self, changed: Iterable[SignalValue]) -> list[SignalValue]:
        affected = {composite.name: composite for part in changed for composite in _COMPOSITES_OF.get(part.name, ())}
        derived = (composite.value(self._signals) for composite in affected.values())
        return [value for value in derived if value is not None and self._set(value.name, value)]

    def _derive_position(self) -> list[SignalValue]:
        halves = self._position.halves()
        if halves is None:
            return []
        refused_at_ms = self._position_refused_at_ms()
        measured_at_ms = min(half.measured_at_ms for half in halves) if refused_at_ms is None else refused_at_ms
        quality: Quality = pair_quality(*halves) if refused_at_ms is None else "no_value"
        derived = [
            SignalValue(
                name=signal.name,
                value=half.value if refused_at_ms is None else None,
                unit=signal.unit,
                measured_at_ms=measured_at_ms,
                descriptor=half.descriptor,
                source=half.source,
                quality=quality,
            )
            for signal, half in zip(_COORDINATE_SIGNALS, halves, strict=True)
        ]
        return [value for value in derived if self._set(value.name, value)]

    def _position_refused_at_ms(self) -> int | None:
        """Return when the car said that it has no position, as its newest word on it; None when it did not.

        It says so by "no value" for a coordinate, or by 0 for both.
        """
        newest = (self._newest.get(LATITUDE), self._newest.get(LONGITUDE))
        refused = [half.measured_at_ms for half in newest if half is not None and half.value is None]
        halves = self._position.halves()
        if halves is not None and self._position.position() is None:
            refused.append(min(half.measured_at_ms for half in halves))
        return max(refused, default=None)

    def _set(self, name: str, value: SignalValue) -> bool:
        old = self._signals.get(name)
        if old is not None and old.measured_at_ms == value.measured_at_ms and old == value:
            return False
        self._signals[name] = value
        return True
