"""The live state of one vehicle: the newest reading of each descriptor, and the signals that follow from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from bimmerhub.domain.car_evidence import CarEvidence
from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.latest_position import LatestPosition
from bimmerhub.domain.newest import NewestReadings
from bimmerhub.domain.positions import LATITUDES, LONGITUDES, Position, pair_quality
from bimmerhub.domain.reading import Reading, Value, is_newer
from bimmerhub.domain.sent_units import (
    UNKNOWN_UNIT,
    resolve_number,
    sent_unit,
    to_neighbour,
    varies,
)
from bimmerhub.domain.signals.car_facts import CarFacts
from bimmerhub.domain.signals.composites import COMPOSITES, Composite
from bimmerhub.domain.signals.freshness import ACTIVITIES, ACTIVITY_OF, AgeingActivity, CompanionGaps, Deadlines
from bimmerhub.domain.signals.signal import Quality, Signal
from bimmerhub.domain.signals.table import SIGNALS
from bimmerhub.domain.signals.value import SignalValue, derive_signal_value
from bimmerhub.domain.unclear import describe_unclear, is_unclear
from bimmerhub.ids import Descriptor


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a fold changed: the readings that became newest, and the signals that differ; each once."""

    readings: tuple[Reading, ...]
    signals: tuple[SignalValue, ...]


_COORDINATES: Final = LATITUDES | LONGITUDES
MOVING: Final = Descriptor("vehicle.isMoving")
_ENDED_BY_DRIVING: Final = frozenset({"charging", "plugged in"})


def _index_signals() -> dict[Descriptor, tuple[Signal, ...]]:
    fed_by: dict[Descriptor, tuple[Signal, ...]] = {}
    for signal in SIGNALS:
        for descriptor in signal.descriptors():
            if descriptor not in _COORDINATES:
                fed_by[descriptor] = (*fed_by.get(descriptor, ()), signal)
    return fed_by


_SIGNALS_FED_BY: Final = _index_signals()
_COORDINATE_SIGNALS: Final = tuple(signal for signal in SIGNALS if _COORDINATES.intersection(signal.descriptors()))
_SIGNALS_OF_READINGS: Final = {signal.name: signal for signal in SIGNALS if signal not in _COORDINATE_SIGNALS}
_NUMBERS: Final = frozenset(
    key
    for key, signals in _SIGNALS_FED_BY.items()
    if all(signal.kind == "number" and signal.words is None and signal.parse is None for signal in signals)
)
"""Descriptors that bring nothing but numbers, which need no understanding."""
_LONGEST_WORD: Final = 80


def _index_composites() -> dict[str, tuple[Composite, ...]]:
    part_of: dict[str, tuple[Composite, ...]] = {}
    for composite in COMPOSITES:
        for name in composite.parts:
            part_of[name] = (*part_of.get(name, ()), composite)
    return part_of


def _index_companions() -> dict[Descriptor, tuple[AgeingActivity, ...]]:
    spoken_of_by: dict[Descriptor, tuple[AgeingActivity, ...]] = {}
    for activity in ACTIVITIES:
        for descriptor in activity.companions:
            spoken_of_by[descriptor] = (*spoken_of_by.get(descriptor, ()), activity)
    return spoken_of_by


_COMPOSITES_OF: Final = _index_composites()
_ACTIVITIES_OF: Final = _index_companions()
_COUNTS_BESIDES: Final = _COORDINATES | _ACTIVITIES_OF.keys() | _SIGNALS_FED_BY.keys()
"""Descriptors of which a reading can count that is not the newest."""


def is_understood(reading: Reading) -> bool:
    """Tell whether every signal that the reading feeds knows what it means."""
    value = reading.value
    if value is None:
        return True
    if isinstance(value, str) and len(value) > _LONGEST_WORD:
        return _is_understood(reading.descriptor, value)
    return _is_known_word(reading.descriptor, value, type(value).__name__)


def _is_understood(descriptor: Descriptor, value: Value) -> bool:
    return all(signal.understands(value) for signal in _SIGNALS_FED_BY.get(descriptor, ()))


@lru_cache(maxsize=1024)
def _is_known_word(descriptor: Descriptor, value: Value, _: str) -> bool:
    """As `_is_understood`, for what comes again and again; the type sets True apart from 1."""
    return _is_understood(descriptor, value)


class VehicleState:
    """The newest of everything that one vehicle sent. Mutable; owned by one task.

    It is a function of the set of readings folded in, and of the `drivetrain` that BMW's basic data name: the readings'
    order, and how often each came, make no difference. What was never reported is missing, never None and never 0.

    Besides the newest reading of each descriptor it keeps the newest that was understood and the newest that tells its
    unit, where those are others: an unknown word leaves the last state as it was, and a number without a unit is in the
    unit that the key had last. A value of another kind than the catalogue says (`domain.unclear`) is no reading: it
    only stands beside the signals that it would feed.
    """

    def __init__(self, *, drivetrain: str | None = None) -> None:
        self._readings = NewestReadings()
        self._newest = self._readings.view()
        self._understood = NewestReadings()
        self._with_unit = NewestReadings()
        self._unclear = NewestReadings()
        self._evidence = CarEvidence(
            newest=self._newest, understood=self._understood.view(), with_unit=self._with_unit.view()
        )
        self._evidence.learn_drivetrain(drivetrain)
        self._moved_at_ms: int | None = None
        self._cadences = {activity.name: CompanionGaps() for activity in ACTIVITIES}
        self._signals: dict[str, SignalValue] = {}
        self._position = LatestPosition()

    @property
    def car(self) -> CarFacts:
        """What is known of the car.

        The drivetrain is what BMW's basic data say, else what the readings give away; the displayed unit what the
        instruments show, else how the odometer came.
        """
        return self._evidence.car

    def fold(self, readings: Iterable[Reading]) -> Changes:
        """Take in readings of this vehicle, in any order, repeated or not, and return what changed."""
        fresh: dict[Descriptor, Reading] = {}
        touched: set[Descriptor] = set()
        for reading in readings:
            if is_unclear(reading.descriptor, reading.value):
                self._unclear.take(reading)
                touched.add(reading.descriptor)
                continue
            newest = self._readings.take(reading)
            if newest is not None:
                fresh[reading.descriptor] = newest
            if reading.descriptor in _COUNTS_BESIDES and self._keep_besides(reading):
                touched.add(reading.descriptor)
        changed = self._derive(touched | fresh.keys())
        if not touched.isdisjoint(_COORDINATES):
            changed += self._derive_position()
        return Changes(readings=tuple(fresh.values()), signals=tuple(map(self._with_deadlines, changed)))

    def learn_drivetrain(self, drivetrain: str | None) -> Changes:
        """Take in what BMW's basic data say of the drivetrain, and return what changed."""
        if not self._evidence.learn_drivetrain(drivetrain):
            return Changes(readings=(), signals=())
        return Changes(
            readings=(), signals=tuple(map(self._with_deadlines, self._derive_signals(_SIGNALS_OF_READINGS)))
        )

    def signals(self) -> Mapping[str, SignalValue]:
        """Return the signals that this car has reported, by name, each with until when it may be told as present."""
        return MappingProxyType({name: self._with_deadlines(signal) for name, signal in self._signals.items()})

    def readings(self) -> Mapping[Descriptor, Reading]:
        """Return a read-only live view of the newest reading of each descriptor, with when it was received."""
        return self._newest

    def position(self) -> Position | None:
        """Return where the car was last; None when unknown, or when its newest word is that it has no position."""
        return None if self._position_refused_at_ms() is not None else self._position.position()

    def _keep_besides(self, reading: Reading) -> bool:
        """Keep what counts even where it is not the newest; return whether it is news."""
        descriptor, value = reading.descriptor, reading.value
        if descriptor in _ACTIVITIES_OF:
            self._add_companion(reading)
        if descriptor in _COORDINATES:
            self._position.add(reading)
            return True
        if descriptor in _NUMBERS:
            tells_unit = varies(descriptor) and sent_unit(value, reading.unit) is not None
            return tells_unit and self._with_unit.take(reading) is not None
        return is_understood(reading) and self._understood.take(reading) is not None

    def _add_companion(self, reading: Reading) -> None:
        if reading.value is None:
            return
        for activity in _ACTIVITIES_OF[reading.descriptor]:
            self._cadences[activity.name].add(reading.measured_at_ms)
        if reading.descriptor == MOVING and reading.value is True:
            self._moved_at_ms = max(self._moved_at_ms or 0, reading.measured_at_ms)

    def _derive(self, touched: Iterable[Descriptor]) -> list[SignalValue]:
        descriptors = frozenset(touched)
        affected = {signal.name: signal for key in descriptors for signal in _SIGNALS_FED_BY.get(key, ())}
        if self._evidence.look_at(descriptors):
            affected = _SIGNALS_OF_READINGS
        return self._derive_signals(affected)

    def _derive_signals(self, affected: Mapping[str, Signal]) -> list[SignalValue]:
        changed = []
        for signal in affected.values():
            derived = self._signal(signal)
            if derived is not None and self._set(derived):
                changed.append(derived)
        return changed + self._derive_composites(changed)

    def _signal(self, signal: Signal) -> SignalValue | None:
        """Return what a signal is now; None when it was never reported."""
        understood = {
            key: self._in_known_unit(reading)
            for key in signal.descriptors()
            if (reading := self._last_understood(key)) is not None
        }
        chosen = signal.choose(understood, self._evidence.car)
        unclear = self._newest_unclear(signal, chosen)
        reading = unclear if chosen is None else chosen
        if reading is None:
            return None
        word = None if unclear is None else describe_unclear(unclear.value)
        return derive_signal_value(signal, reading, self._evidence.car, not_understood=word)

    def _newest_unclear(self, signal: Signal, chosen: Reading | None) -> Reading | None:
        """Return the newest that was said and that the signal has no meaning for, unless what it follows is newer."""
        unclear: Reading | None = None
        for key in signal.descriptors():
            reading = self._unclear_of(key)
            if reading is None:
                continue
            if unclear is None or (reading.measured_at_ms, key) > (unclear.measured_at_ms, unclear.descriptor):
                unclear = reading
        if unclear is None or (chosen is not None and chosen.measured_at_ms > unclear.measured_at_ms):
            return None
        return unclear

    def _unclear_of(self, descriptor: Descriptor) -> Reading | None:
        """Return the newest that a descriptor said, if it was not understood."""
        newest = self._newest.get(descriptor)
        is_understood = descriptor in _NUMBERS or newest == self._last_understood(descriptor)
        return self._of_another_kind(descriptor) or (None if is_understood else newest)

    def _of_another_kind(self, descriptor: Descriptor) -> Reading | None:
        """Return the newest that a descriptor said, if it was of another kind than the catalogue says."""
        unclear = self._unclear.view().get(descriptor)
        return unclear if unclear is not None and is_newer(unclear, self._newest.get(descriptor)) else None

    def _last_understood(self, descriptor: Descriptor) -> Reading | None:
        return (self._newest if descriptor in _NUMBERS else self._understood.view()).get(descriptor)

    def _in_known_unit(self, reading: Reading) -> Reading:
        """Return a reading that came without a unit in the one that is assumed for it; any other as it is."""
        if reading.unit != UNKNOWN_UNIT:
            return reading
        with_unit = self._with_unit.view().get(reading.descriptor)
        value = resolve_number(
            reading.descriptor,
            reading.value,
            reading.measured_at_ms,
            neighbour=None
            if with_unit is None
            else to_neighbour(with_unit.measured_at_ms, with_unit.value, with_unit.unit),
            displayed=self._evidence.car.displayed_unit,
        )
        return reading._replace(value=value, unit=load_catalogue()[reading.descriptor].unit)

    def _derive_composites(self, changed: Iterable[SignalValue]) -> list[SignalValue]:
        affected = {composite.name: composite for part in changed for composite in _COMPOSITES_OF.get(part.name, ())}
        derived = (composite.value(self._signals) for composite in affected.values())
        return [value for value in derived if value is not None and self._set(value)]

    def _with_deadlines(self, signal: SignalValue) -> SignalValue:
        """Return the signal with until when it may be told as present, if it is an activity under way."""
        activity = ACTIVITY_OF.get(signal.name)
        if activity is None or not activity.signals[signal.name](signal.value):
            return signal
        return replace(signal, deadlines=self._deadlines(activity, signal.measured_at_ms))

    def _deadlines(self, activity: AgeingActivity, measured_at_ms: int) -> Deadlines:
        over_at_ms = self._over_at_ms(activity, measured_at_ms)
        if over_at_ms is not None:
            return Deadlines(ageing_at_ms=over_at_ms, stale_at_ms=over_at_ms)
        return self._cadences[activity.name].deadlines(measured_at_ms)

    def _over_at_ms(self, activity: AgeingActivity, measured_at_ms: int) -> int | None:
        """Return when the car last said by something else that an activity is over, if it was not measured since.

        A car that sends all it has at each event tells the phases of a charge in the very second of its end.
        """
        over = [
            signal.measured_at_ms
            for name, is_over in activity.over_when.items()
            if (signal := self._signals.get(name)) is not None
            and is_over(signal.value)
            and signal.measured_at_ms >= measured_at_ms
        ]
        moved_at_ms = self._moved_at_ms
        if activity.name in _ENDED_BY_DRIVING and moved_at_ms is not None and moved_at_ms > measured_at_ms:
            over.append(moved_at_ms)
        return max(over, default=None)

    def _derive_position(self) -> list[SignalValue]:
        halves = self._position.halves()
        if halves is None:
            return []
        refused_at_ms = self._position_refused_at_ms()
        measured_at_ms = min(half.measured_at_ms for half in halves) if refused_at_ms is None else refused_at_ms
        quality: Quality = pair_quality(*halves) if refused_at_ms is None else "no_value"
        unclear = [self._of_another_kind(half.descriptor) for half in halves]
        words = [
            None if said is None or said.measured_at_ms < measured_at_ms else describe_unclear(said.value)
            for said in unclear
        ]
        derived = [
            SignalValue(
                name=signal.name,
                value=half.value if refused_at_ms is None else None,
                unit=signal.unit,
                measured_at_ms=measured_at_ms,
                descriptor=half.descriptor,
                source=half.source,
                quality=quality,
                not_understood=word,
            )
            for signal, half, word in zip(_COORDINATE_SIGNALS, halves, words, strict=True)
        ]
        return [value for value in derived if self._set(value)]

    def _position_refused_at_ms(self) -> int | None:
        """Return when the car said that it has no position, as its newest word on it; None when it did not.

        It says so by "no value" for a coordinate, or by 0 for both. Where another family has told of a position since,
        it counts.
        """
        newest = map(self._newest.get, _COORDINATES)
        refused = [half.measured_at_ms for half in newest if half is not None and half.value is None]
        halves = self._position.halves()
        if halves is None:
            return max(refused, default=None)
        position_at_ms = min(half.measured_at_ms for half in halves)
        if self._position.position() is None:
            refused.append(position_at_ms)
        return max((at_ms for at_ms in refused if at_ms >= position_at_ms), default=None)

    def _set(self, value: SignalValue) -> bool:
        if self._signals.get(value.name) == value:
            return False
        self._signals[value.name] = value
        return True
