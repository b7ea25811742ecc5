"""What was not understood or not believed."""

from dataclasses import dataclass, field
from typing import Protocol

from bimmerhub.domain.reading import Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something that was not understood or not believed, kept for a person to see.

    `reason` says why in words; `descriptor` names the row when the rest of the message was fine; `origin` is
    `stream`, `rest` or the name of the imported file with its line (`march.ndjson:17`). `reading` is there when it was
    understood but not believed. `id` is the store's, None before it is stored.
    """

    received_at_ms: int
    reason: str
    payload: bytes
    origin: str
    descriptor: str | None = None
    reading: Reading | None = None
    id: int | None = field(default=None, compare=False)


class Quarantine(Protocol):
    """What was refused: the newest 10,000, of each the first 16 KiB (`reason` then says so).

    Readings that were judged with their neighbours are kept for ever: later ones may prove them right.
    """

    async def refused(self, *, limit: int, before_id: int | None = None) -> list[Refused]:
        """Return the newest `limit` refused items, newest first; with `before_id` of those with a smaller id."""
        ...

    async def find_refused(self, refused_id: int) -> Refused | None:
        """Return one refused item; None when it is not kept (any more). Ids are never given twice."""
        ...
