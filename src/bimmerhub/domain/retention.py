"""What a person may limit the age of: positions, and all other readings. Pure."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bimmerhub.domain.positions import HEADINGS, LATITUDES, LONGITUDES
from bimmerhub.times import DAY_MS

_LOCATION: Final = "vehicle.cabin.infotainment.navigation.currentLocation."
_POSITIONS: Final = LATITUDES | LONGITUDES | HEADINGS


class AgeKind(StrEnum):
    """What a limit is about."""

    POSITIONS = "positions"
    READINGS = "readings"


def kind_of(descriptor: str) -> AgeKind:
    """Return which limit a descriptor's readings are under."""
    is_position = descriptor in _POSITIONS or descriptor.startswith(_LOCATION)
    return AgeKind.POSITIONS if is_position else AgeKind.READINGS


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeLimits:
    """For how many days readings are kept, None: for ever. Positions are kept for the shorter of the two."""

    positions_days: float | None
    readings_days: float | None


def believed_now_ms(clock_ms: int, *, newest_ms: int | None) -> int:
    """Return from when ages count back: the clock's time, but at most a day past the newest reading that is stored.

    What is dropped does not come back, so a machine whose clock runs years ahead must not drop what is of today.
    """
    return clock_ms if newest_ms is None else min(clock_ms, newest_ms + DAY_MS)


def starts_of(limits: AgeLimits, *, now_ms: int) -> dict[AgeKind, int]:
    """Return from when on each limited kind is kept, milliseconds UTC."""
    shortest = [days for days in (limits.positions_days, limits.readings_days) if days is not None]
    days_of = {AgeKind.POSITIONS: min(shortest, default=None), AgeKind.READINGS: limits.readings_days}
    return {kind: now_ms - round(days * DAY_MS) for kind, days in days_of.items() if days is not None}
