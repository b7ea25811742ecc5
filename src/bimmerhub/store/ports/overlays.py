"""What a person says about readings and records, kept beside them and never inside."""

from dataclasses import dataclass, field
from typing import Final, Protocol

from bimmerhub.ids import Vin

RELEASED: Final = "reading_released"
"""The reading that `body` names is true, whatever its neighbours say: {"descriptor", "unit", "value"}."""

REJECTED: Final = "reading_rejected"
"""The reading that `body` names is not true; the same fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """One thing that a person said. They hold in order of id; `at_ms` is an instant inside what they are about.

    `body` is JSON. `made_by` names who said it. One that was undone does not hold any more. `id` is the store's.
    """

    vin: Vin
    kind: str
    at_ms: int
    body: str
    made_by: str
    made_at_ms: int
    undone_at_ms: int | None = None
    id: int | None = field(default=None, compare=False)


class StoredOverlays(Protocol):
    """Overlays, read back; they go in with `ReadingLog.append`."""

    async def overlays(self, vin: Vin) -> list[Overlay]:
        """Return what was said about a vehicle, undone or not, in order of id."""
        ...
