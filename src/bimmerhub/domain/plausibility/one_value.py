"""What a reading may say by itself: what cannot be true is doubted, with the reason in words.

Doubted are times later than their arrival and than BMW's own clock, and numbers outside what the quantity can be. What
an odometer says, a position or a charge level is then judged with its neighbours, where they are: in the store
(`domain.plausibility.odometer` and `outliers`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, NamedTuple

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.plausibility.odometer import ODOMETERS
from bimmerhub.domain.plausibility.outliers import OUTLIERS
from bimmerhub.domain.positions import LATITUDE, LONGITUDE
from bimmerhub.domain.reading import Reading, is_number
from bimmerhub.ids import Descriptor

AHEAD_MS: Final = 5 * 60_000
"""How far a reading's time may lie after its arrival: clocks differ. None was ever seen in the future (2025-2026)."""

_BY_UNIT: Final = {"%": (0.0, 100.0), "kPa": (0.0, 1_000.0), "°C": (-80.0, 400.0), "V": (0.0, 1_500.0)}
"""What any quantity of that unit can be. Inferred, from what such parts of a car can bear at all, and generous: the
ranges that BMW's catalogue gives are often too small."""

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
"""Inferred as well, but for places on Earth. A battery's health is told above 100 %; 250 is more than any should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A reading that is not believed, and why not."""

    reading: Reading
    reason: str


class Sifted(NamedTuple):
    """Readings that are believed as they are, those to be judged with their neighbours, and doubts; each in order.

    A named tuple, because every message makes one.
    """

    believed: Sequence[Reading]
    judged: Sequence[Reading] = ()
    doubts: Sequence[Doubt] = ()


def sift(readings: Sequence[Reading], *, bmw_ms: int | None = None) -> Sifted:
    """Return which readings can be true by themselves, and the doubts about the others.

    Times are held against each reading's own arrival, so that a capture is judged as it would have been when it came;
    or, where that is later, against BMW's own clock: when it sent the message, or `bmw_ms`. A machine's clock can be
    days behind until it finds its network; that makes no reading false.
    """
    bounds = _bounds()
    believed: list[Reading] = []
    judged: list[Reading] = []
    doubts: list[Doubt] = []
    for reading in readings:
        ahead_ms = reading.measured_at_ms - reading.received_at_ms
        allowed = bounds.get(reading.descriptor)
        if ahead_ms > AHEAD_MS and reading.measured_at_ms > _latest(reading.sent_at_ms, bmw_ms) + AHEAD_MS:
            doubts.append(Doubt(reading=reading, reason=f"measured {ahead_ms // 1000:,} s after it arrived"))
        elif allowed is None or not is_number(reading.value):
            believed.append(reading)
        elif reason := _doubt_of_value(reading.value, reading.unit, allowed):
            doubts.append(Doubt(reading=reading, reason=reason))
        elif is_judged(reading):
            judged.append(reading)
        else:
            believed.append(reading)
    return Sifted(believed, judged, doubts)


def is_judged(reading: Reading) -> bool:
    """Tell whether a reading is judged with its neighbours."""
    if not is_number(reading.value):
        return False
    rule = OUTLIERS.get(reading.descriptor)
    if rule is None:
        return reading.descriptor in ODOMETERS
    return reading.value != 0 or not rule.ignores_zero


def _doubt_of_value(value: float, unit: str | None, allowed: tuple[float, float]) -> str | None:
    if allowed[0] <= value <= allowed[1]:
        return None
    return f"{value:.12g}{f' {unit}' if unit else ''} is not between {allowed[0]:.12g} and {allowed[1]:.12g}"


@cache
def _bounds() -> dict[Descriptor, tuple[float, float]]:
    """Return the least and the greatest value of each descriptor that has them."""
    by_unit = {
        key: _BY_UNIT[entry.unit]
        for key, entry in load_catalogue().items()
        if entry.datatype == "number" and entry.unit in _BY_UNIT
    }
    return by_unit | _BY_DESCRIPTOR


def _latest(sent_at_ms: int | None, bmw_ms: int | None) -> int:
    return max(sent_at_ms or 0, bmw_ms or 0)
