"""What a person says about readings and records, kept beside them and never inside."""

from dataclasses import dataclass, field
from typing import Final, Protocol

import msgspec

from bimmerhub.domain.reading import Value
from bimmerhub.ids import Descriptor, Vin

RELEASED: Final = "reading_released"
"""The reading of `at_ms` that `body` (a `ReadingBody`) names is true, whatever its neighbours or any rule say."""

REJECTED: Final = "reading_rejected"
"""The readings from `at_ms` to `until_ms` that `body` (a `ReadingBody`) names are not true."""


class ReadingBody(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of an overlay about readings of one descriptor, as JSON.

    Without `unit` it is about all units of the descriptor, without `value` about every value; null is "no value".
    Without `until_ms` it is about one instant. `refused` is why a released reading had been refused by itself: taking
    the release back sets it apart for that reason again.
    """

    descriptor: Descriptor
    unit: str | msgspec.UnsetType | None = msgspec.UNSET
    value: Value | msgspec.UnsetType = msgspec.UNSET
    until_ms: int | None = None
    refused: str | None = None


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

    def reading_body(self) -> ReadingBody:
        """Return the body of an overlay about readings."""
        return msgspec.json.decode(self.body, type=ReadingBody)


class StoredOverlays(Protocol):
    """Overlays, read back; they go in with `ReadingLog.append`."""

    async def overlays(self, vin: Vin) -> list[Overlay]:
        """Return what was said about a vehicle, undone or not, in order of id."""
        ...
