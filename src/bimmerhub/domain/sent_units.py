"""Numbers that came without a unit although their unit can vary: what they mean is decided on reading.

A car set to miles sends distances and speeds in miles, and some keys never carry a unit (observed by clients
2025-2026: the range of the instruments, distances to a service). Such a number is stored as sent, in unit `?`. What it
means follows from the rest of what is stored, so that nothing is rewritten when that becomes known later: the last unit
of that key at or before it, else the first after it, else the unit that the car displays, else the catalogue's.

What came with a unit is stored in the catalogue's. Whether it came in miles shows in its digits: a car tells miles with
fewer digits than the same distance has in kilometres (249 mi are 400.726656 km). Zero is the same in both and says
nothing; a multiple of 15,625 mi is a whole number of kilometres and passes for one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bimmerhub.domain.catalogue.descriptors import load_catalogue
from bimmerhub.domain.plausibility.odometer import MS_PER_KM, ODOMETERS, ROUNDING_KM
from bimmerhub.domain.reading import Value
from bimmerhub.domain.units import convert
from bimmerhub.ids import Descriptor

UNKNOWN_UNIT: Final = "?"
"""The unit of a number that came without one although it can vary."""

_MILES: Final = {"km": "mi", "km/h": "mph"}
"""What a car set to miles sends, by the catalogue's unit."""

_DIGITS: Final = 3
"""No car was seen to tell a distance with more decimals (observed by clients 2025-2026)."""


@lru_cache(maxsize=512)
def varies(descriptor: Descriptor) -> bool:
    """Tell whether the unit of this descriptor depends on how the car is set."""
    entry = load_catalogue().get(descriptor)
    return entry is not None and entry.datatype == "number" and entry.unit in _MILES


def sent_unit(value: Value, unit: str | None) -> str | None:
    """Return the unit in which a stored number came: km or mi, km/h or mph; None when that cannot be said.

    `unit` is the one in which it is stored.
    """
    miles = _MILES.get(unit or "")
    if unit is None or miles is None or isinstance(value, bool | str) or not value:
        return None
    if isinstance(value, int):
        return unit
    in_miles = round(convert(value, unit, miles), _DIGITS)
    is_exact = convert(in_miles, miles, unit) == value
    return miles if is_exact and _decimals(in_miles) < _decimals(value) else unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """The reading of the same key that came with a unit: the last at or before, else the first after.

    `value` is stored in the catalogue's unit; `sent` is the unit in which it came.
    """

    at_ms: int
    value: float
    sent: str


def to_neighbour(at_ms: int, value: Value, unit: str | None) -> Neighbour | None:
    """Return a stored reading as a neighbour; None when it does not tell in which unit it came."""
    sent = sent_unit(value, unit)
    if sent is None or isinstance(value, str | bool) or value is None:
        return None
    return Neighbour(at_ms=at_ms, value=value, sent=sent)


def resolve_number(
    descriptor: Descriptor, value: Value, at_ms: int, *, neighbour: Neighbour | None, displayed: str | None
) -> Value:
    """Return a value of `UNKNOWN_UNIT` in the catalogue's unit; what is no number as it is.

    `displayed` is km or mi, as the car's instruments show distances, None when that is not known. An odometer that
    would fall, or rise faster than a car drives, is in the other unit if it then does neither: number and unit were
    seen to change apart (observed by clients 2025-2026).
    """
    canonical = load_catalogue()[descriptor].unit or ""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    miles = _MILES[canonical]
    if neighbour is None:
        return _in_unit(value, miles if displayed == "mi" else canonical, canonical)
    as_before = _in_unit(value, neighbour.sent, canonical)
    if descriptor in ODOMETERS and not _can_follow(neighbour, as_before, at_ms):
        otherwise = _in_unit(value, canonical if neighbour.sent == miles else miles, canonical)
        if _can_follow(neighbour, otherwise, at_ms):
            return otherwise
    return as_before


def _in_unit(value: float, from_unit: str, to_unit: str) -> int | float:
    converted = convert(value, from_unit, to_unit)
    return int(converted) if float(converted).is_integer() else converted


def _can_follow(neighbour: Neighbour, km: float, at_ms: int) -> bool:
    """Tell whether an odometer can have gone from one to the other in that time, forwards or backwards."""
    passed_ms = at_ms - neighbour.at_ms
    driven_km = km - neighbour.value if passed_ms >= 0 else neighbour.value - km
    return -ROUNDING_KM <= driven_km <= ROUNDING_KM + abs(passed_ms) / MS_PER_KM


def displayed_unit(distances: Iterable[tuple[Value, str | None]]) -> str | None:
    """Return km or mi by the first of these stored distances of an odometer that tells; None when none does."""
    units = (sent_unit(value, unit) for value, unit in distances)
    return next((unit for unit in units if unit is not None), None)


def _decimals(number: float) -> int:
    text = repr(number)
    return 0 if text.endswith(".0") else len(text.partition(".")[2])
