"""What was not understood or not believed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

from bimmerhub.domain.reading import Reading
from bimmerhub.ids import Descriptor, Vin

PERSON: Final = "person"
"""The `rule` of what a person rejected."""

_VIN_IN_BYTES: Final = re.compile(rb"(?<![A-Z0-9])(?=[A-Z0-9]*[A-Z])[A-HJ-NPR-Z0-9]{17}(?![A-Z0-9])")
"""A VIN as it stands in a message or a topic; 17 digits are a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something that was not understood or not believed, kept for a person to see.

    `reason` says why in words; `descriptor` names the row when the rest of the message was fine; `origin` is
    `stream`, `rest` or the name of the imported file with its line (`march.ndjson:17`). `reading` is there when it was
    understood but not believed; `unclear` is what a row says whose value is of another kind than the catalogue says
    (`domain.unclear`). `rule` names what set it apart for good: a rule that judges a series as a whole, or
    `person`; None: it was refused by itself. `id` is the store's, None before it is stored.
    """

    received_at_ms: int
    reason: str
    payload: bytes
    origin: str
    descriptor: str | None = None
    reading: Reading | None = None
    unclear: Reading | None = None
    rule: str | None = field(default=None, compare=False)
    id: int | None = field(default=None, compare=False)

    @property
    def vin(self) -> Vin | None:
        """The car it is about; of what was not understood, the first VIN in it. None: it names none."""
        row = self.reading or self.unclear
        if row is not None:
            return row.vin
        named = _VIN_IN_BYTES.search(self.payload)
        return None if named is None else Vin(named.group().decode())


@dataclass(frozen=True, slots=True, kw_only=True)
class ApartOdometer:
    """An odometer of which readings are set apart behind the newest true one; `unit` is its series', None for none.

    Each mark is when it was measured (ms since 1970 UTC) and the number; `ids` names those set apart in quarantine.
    """

    vin: Vin
    descriptor: Descriptor
    unit: str | None
    newest: tuple[int, float]
    ids: Mapping[tuple[int, float], int]


class Quarantine(Protocol):
    """What was refused: the newest 10,000, of each the first 16 KiB (`reason` then says so).

    What is refused again, the same for the same reason, is there once, with the time of its last arrival.

    Readings that were judged with their neighbours, or rejected by a person, are kept for ever besides: later ones may
    prove them right, and the person may think again. So is, of each descriptor of a vehicle, the newest `unclear`: it
    stands beside the signal.
    """

    async def refused(
        self, *, limit: int, before_id: int | None = None, rejected: bool = True, vin: Vin | None = None
    ) -> list[Refused]:
        """Return the newest `limit` refused items, newest first; with `before_id` of those with a smaller id.

        Without `rejected` what a person rejected is left out. With `vin` only what is about this car: its rows, and
        what was not understood and has its VIN somewhere.
        """
        ...

    async def rejections(self, vin: Vin | None = None) -> int:
        """Return how many rejections are in force, each of one or many readings, of one car or of all."""
        ...

    async def find_refused(self, refused_id: int) -> Refused | None:
        """Return one refused item; None when it is not kept (any more). Ids are never given twice."""
        ...

    async def apart_odometers(self) -> list[ApartOdometer]:
        """Return the odometers that said something else since, each with the first 1,000 readings set apart."""
        ...
