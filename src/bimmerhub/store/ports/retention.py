"""Dropping readings that are older than a person wants them kept.

The newest reading of each series always stays: it is the car's present state, however old. Hourly roll-ups of positions
go with them; those of other readings stay, and so do records made of readings, and documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from bimmerhub.domain.retention import AgeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class OldReadings:
    """Readings of a car that are older than their limit, or were dropped for it.

    `readings` were believed, `apart` set apart by a rule or a person. They were measured from `from_ms` to `to_ms`.
    """

    subject: str
    kind: AgeKind
    readings: int
    apart: int
    from_ms: int | None
    to_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedReadings:
    """What was dropped of a car so far. Nothing from before `floor_ms` is stored, but for the newest of each series.

    `late` counts what came for that time afterwards, and was dropped at the door.
    """

    subject: str
    kind: AgeKind
    floor_ms: int
    readings: int
    apart: int
    late: int


class StoredRetention(Protocol):
    """What is older than the limits: `limits` says of each kind from when on it is kept (milliseconds UTC)."""

    async def newest_ms(self) -> int | None:
        """Return when the newest reading of all was measured, milliseconds UTC; None when nothing is stored."""
        ...

    async def preview(self, limits: Mapping[AgeKind, int]) -> list[OldReadings]:
        """Return what is older than the limits, by car and kind; nothing changes."""
        ...

    async def drop(self, limits: Mapping[AgeKind, int]) -> list[OldReadings]:
        """Drop what is older, in short commits each of which is whole by itself; return what went.

        What is to be derived of it yet is left until that is done.
        """
        ...

    async def dropped(self) -> list[DroppedReadings]:
        """Return what was dropped so far, by car and kind."""
        ...
