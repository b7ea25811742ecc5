"""What a reading may say: readings that cannot be true are doubted, with the reason in words.

Doubted are times later than their arrival and than BMW's own clock, numbers outside what the quantity can be, and an
odometer that falls or jumps between kilometres and miles: both the number and its unit have been seen to flip, together
and apart (observed by clients 2025-2026). Everything else is believed. A doubted reading changes nothing here, so one
false value does not make the true ones after it look false; what a person believes nevertheless (`accept`) is the
measure from then on.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, TypeGuard

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.positions import LATITUDE, LONGITUDE
from bimmerhub.domain.reading import Reading, Value
from bimmerhub.domain.units import KM_PER_MILE
from bimmerhub.ids import Descriptor, Vin

AHEAD_MS: Final = 5 * 60_000
"""How far a reading's time may lie after its arrival: clocks differ. None was ever seen in the future (2025-2026)."""

ODOMETERS: Final = (
    Descriptor("vehicle.vehicle.travelledDistance"),
    Descriptor("vehicle.trip.segment.end.travelledDistance"),
)

ROUNDING_KM: Final = 2.0
"""How far an odometer may seem to fall: a car counts whole miles or kilometres."""

_FLIP_SHARE: Final = 0.01
_FLIP_KM: Final = 30.0
_FLIP_KM_PER_MS: Final = 500 / 86_400_000
_MARK_EVERY_KM: Final = 10.0

_BY_UNIT: Final = {"%": (0.0, 100.0), "kPa": (0.0, 1_000.0), "°C": (-80.0, 400.0), "V": (0.0, 1_500.0)}
"""What any quantity of that unit can be; generous, for the ranges that BMW's catalogue gives are often too small."""

_BY_DESCRIPTOR: Final = {
    LATITUDE: (-90.0, 90.0),
    LONGITUDE: (-180.0, 180.0),
    Descriptor("vehicle.cabin.infotainment.navigation.destinationSet.latitude"): (-90.0, 90.0),
    Descriptor("vehicle.cabin.infotainment.navigation.destinationSet.longitude"): (-180.0, 180.0),
    Descriptor("vehicle.cabin.sunroof.relativePosition"): (-100.0, 100.0),
    Descriptor("vehicle.electricalSystem.battery.voltage"): (0.0, 60.0),
    Descriptor("vehicle.electricalSystem.battery48V.stateOfHealth.displayed"): (0.0, 250.0),
    Descriptor("vehicle.powertrain.electric.battery.stateOfHealth.displayed"): (0.0, 250.0),
} | dict.fromkeys(ODOMETERS, (0.0, 5_000_000.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A reading that is not believed, and why not."""

    reading: Reading
    reason: str


class Plausibility:
    """Judges the readings of all vehicles. Mutable; owned by the hub, which asks before it stores anything."""

    def __init__(self) -> None:
        self._bounds = _bounds()
        self._odometers: dict[tuple[Vin, Descriptor], _Odometer] = {}

    def sift(
        self, readings: Sequence[Reading], *, bmw_ms: int | None = None
    ) -> tuple[Sequence[Reading], Sequence[Doubt]]:
        """Return the readings that can be true, in their order, and the doubts about the others.

        Each believed odometer reading is a measure for those after it, within `readings` too. Times are held against
        each reading's own arrival, so that a capture is judged as it would have been when it came; or, where that is
        later, against BMW's own clock: when it sent the message, or `bmw_ms`. A machine's clock can be days behind
        until it finds its network; that makes no reading false.
        """
        bounds = self._bounds
        doubts: list[Doubt] = []
        for reading in readings:
            ahead_ms = reading.measured_at_ms - reading.received_at_ms
            if ahead_ms > AHEAD_MS and reading.measured_at_ms > _latest(reading.sent_at_ms, bmw_ms) + AHEAD_MS:
                doubts.append(Doubt(reading=reading, reason=f"measured {ahead_ms // 1000:,} s after it arrived"))
            elif (allowed := bounds.get(reading.descriptor)) is not None and (reason := self._judge(reading, allowed)):
                doubts.append(Doubt(reading=reading, reason=reason))
        if not doubts:
            return readings, ()
        doubted = {id(doubt.reading) for doubt in doubts}
        return [reading for reading in readings if id(reading) not in doubted], doubts

    def accept(self, readings: Iterable[Reading]) -> None:
        """Take these as true, whatever they say: an odometer is judged by them from now on."""
        for reading in readings:
            if reading.descriptor in ODOMETERS and _is_number(reading.value):
                self._odometer(reading.vin, reading.descriptor).mark(reading.measured_at_ms, reading.value)

    def remember_odometer(self, vin: Vin, descriptor: Descriptor, marks: Iterable[tuple[int, float]]) -> None:
        """Take in what the odometer has been: (time in ms, km), oldest first, sparse; the newest should be exact."""
        odometer = self._odometer(vin, descriptor)
        for at_ms, km in marks:
            odometer.mark(at_ms, km)

    def _judge(self, reading: Reading, allowed: tuple[float, float]) -> str | None:
        value = reading.value
        if not _is_number(value):
            return None
        if not allowed[0] <= value <= allowed[1]:
            unit = f" {reading.unit}" if reading.unit else ""
            return f"{value:.12g}{unit} is not between {allowed[0]:.12g} and {allowed[1]:.12g}"
        if reading.descriptor not in ODOMETERS:
            return None
        odometer = self._odometer(reading.vin, reading.descriptor)
        reason = odometer.doubt(reading.measured_at_ms, value)
        if reason is None:
            odometer.mark(reading.measured_at_ms, value)
        return reason

    def _odometer(self, vin: Vin, descriptor: Descriptor) -> "_Odometer":
        found = self._odometers.get((vin, descriptor))
        if found is None:
            found = self._odometers[vin, descriptor] = _Odometer()
        return found


class _Odometer:
    """What one odometer has been: the newest value, and older ones about `_MARK_EVERY_KM` apart, ordered by time."""

    def __init__(self) -> None:
        self._times_ms: list[int] = []
        self._kms: list[float] = []

    def doubt(self, at_ms: int, km: float) -> str | None:
        """Return why the odometer cannot have been at `km` then, held against its neighbours in time; None: it can."""
        place = bisect_right(self._times_ms, at_ms)
        if place:
            before_ms, before_km = self._times_ms[place - 1], self._kms[place - 1]
            if _is_flip(km, before_km, at_ms - before_ms):
                return f"the odometer jumps from {before_km:.9g} to {km:.9g} km, as between kilometres and miles"
            if km < before_km - ROUNDING_KM:
                return f"the odometer falls from {before_km:.9g} to {km:.9g} km"
        if place < len(self._times_ms):
            after_ms, after_km = self._times_ms[place], self._kms[place]
            if _is_flip(after_km, km, after_ms - at_ms):
                return f"the odometer says {km:.9g} km, and {after_km:.9g} km later, as if one of them were miles"
            if km > after_km + ROUNDING_KM:
                return f"the odometer says {km:.9g} km, and {after_km:.9g} km later"
        return None

    def mark(self, at_ms: int, km: float) -> None:
        """Remember that the odometer was at `km` then."""
        times_ms, kms = self._times_ms, self._kms
        place = bisect_right(times_ms, at_ms)
        if place == len(times_ms) and place > 1 and abs(km - kms[-2]) < _MARK_EVERY_KM:
            times_ms[-1], kms[-1] = at_ms, km
        elif place in {0, len(times_ms)} or abs(km - kms[place - 1]) >= _MARK_EVERY_KM:
            times_ms.insert(place, at_ms)
            kms.insert(place, km)


def _is_flip(km: float, before_km: float, elapsed_ms: int) -> bool:
    """Tell whether the two differ by the factor between miles and kilometres, and the car cannot have driven that far.

    The factor alone is no proof: a car may well be at 100 km today and at 161 km tomorrow.
    """
    lower, upper = min(km, before_km), max(km, before_km)
    if lower <= 0 or abs(upper / lower / KM_PER_MILE - 1) > _FLIP_SHARE:
        return False
    return upper - lower > _FLIP_KM + _FLIP_KM_PER_MS * elapsed_ms


@cache
def _bounds() -> dict[Descriptor, tuple[float, float]]:
    """Return the least and the greatest value of each descriptor that has them."""
    found = {
        key: _BY_UNIT[entry.unit]
        for key, entry in load_catalogue().items()
        if entry.datatype == "number" and entry.unit in _BY_UNIT
    }
    return found | _BY_DESCRIPTOR


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _latest(sent_at_ms: int | None, bmw_ms: int | None) -> int:
    return max(sent_at_ms or 0, bmw_ms or 0)
