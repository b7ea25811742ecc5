"""Signals that follow from other signals: whether any door is open, how far the fuel goes.

They have no readings of their own, so that there is no history of them. Each is a pure function of its parts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bimmerhub.domain.signals.value import How, SignalValue
from bimmerhub.times import MINUTE_MS

SAME_TIME_MS: Final = 15 * MINUTE_MS
"""Ranges that were measured further apart than this say nothing together."""

_OPEN: Final = frozenset({True, "open", "partly_open", "tilted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """A signal that is computed from `parts`, the names of other signals.

    `derive` gets those parts that the car has reported.
    """

    name: str
    unit: str | None
    meaning: str
    parts: tuple[str, ...]
    derive: Callable[[Mapping[str, SignalValue]], SignalValue | None]

    def value(self, signals: Mapping[str, SignalValue]) -> SignalValue | None:
        """Return its present value; None when too few of its parts were ever reported.

        `measured_at_ms`, `descriptor` and `source` are those of the part that decides.
        """
        derived = self.derive({name: signals[name] for name in self.parts if name in signals})
        if derived is None:
            return None
        how: How | None = None if derived.value is None else "derived"
        return replace(derived, name=self.name, unit=self.unit, not_understood=None, how=how)


def _any_open(parts: Mapping[str, SignalValue]) -> SignalValue | None:
    """Return true as of the newest that is open; false only when all that this car reports are closed."""
    if not parts:
        return None
    if opened := [part for part in parts.values() if part.value in _OPEN]:
        return replace(_newest(opened), value=True)
    if unknown := [part for part in parts.values() if part.value is None]:
        return _newest(unknown)
    return replace(_newest(parts.values()), value=False)


def _fuel_range(parts: Mapping[str, SignalValue]) -> SignalValue | None:
    """Return what the total range leaves for the fuel of a car with both; of another car None.

    The total is the sum of both ranges (observed by clients 2025-2026).
    """
    total, electric = parts.get("total_range_km"), parts.get("electric_range_km")
    fuel = [parts[name] for name in ("fuel_percent", "fuel_l") if name in parts]
    if total is None or electric is None or not fuel:
        return None
    older = min(total, electric, key=lambda part: part.measured_at_ms)
    is_together = abs(total.measured_at_ms - electric.measured_at_ms) <= SAME_TIME_MS
    has_fuel = any(part.value is not None for part in fuel)  # "no fuel level" is what some electric cars say
    if has_fuel and is_together and isinstance(total.value, int | float) and isinstance(electric.value, int | float):
        return replace(older, value=max(0, total.value - electric.value), quality="approximate")
    return replace(older, value=None, quality="no_value")


def _newest(parts: Iterable[SignalValue]) -> SignalValue:
    return max(parts, key=lambda part: (part.measured_at_ms, part.name))


_SEATS: Final = ("front_driver", "front_passenger", "rear_driver", "rear_passenger")

COMPOSITES: Final[Sequence[Composite]] = (
    Composite(
        name="is_any_door_open",
        unit=None,
        meaning="One of the doors is open, tailgate and bonnet aside",
        parts=tuple(f"is_door_{seat}_open" for seat in _SEATS),
        derive=_any_open,
    ),
    Composite(
        name="is_any_window_open",
        unit=None,
        meaning="A window of a door or of the tailgate is open, if only partly",
        parts=(*(f"window_{seat}" for seat in _SEATS), "is_trunk_window_open"),
        derive=_any_open,
    ),
    Composite(
        name="fuel_range_km",
        unit="km",
        meaning="Distance that the fuel of a plug-in hybrid is good for",
        parts=("total_range_km", "electric_range_km", "fuel_percent", "fuel_l"),
        derive=_fuel_range,
    ),
)


def composite_by_name(name: str) -> Composite | None:
    """Return the composite of that name, None when there is none."""
    return next((composite for composite in COMPOSITES if composite.name == name), None)
