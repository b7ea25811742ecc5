"""What the rest of bimmerhub asks of a store. Each adapter passes the suite in `tests/contract`.

All times are milliseconds since 1970 UTC; ranges are half open, `from_ms <= t < to_ms`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bimmerhub.domain.ids import Descriptor, Vin
from bimmerhub.domain.reading import Reading, Source, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One message exactly as it came from the stream."""

    received_at_ms: int
    account: str
    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Something that was not understood or not believed, kept for a person to see.

    `reason` says why in words; `descriptor` names the row when the rest of the message was fine; `origin` is
    `stream`, `rest` or the name of the imported file with its line (`march.ndjson:17`).
    """

    received_at_ms: int
    reason: str
    payload: bytes
    origin: str
    descriptor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one durable commit writes: all of it or nothing."""

    readings: Sequence[Reading] = ()
    journal: Sequence[JournalEntry] = ()
    refused: Sequence[Refused] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What a commit changed: readings that were new, and those that the store had already."""

    new: int
    repeated: int


class ReadingLog(Protocol):
    """The one way in."""

    async def append(self, batch: Batch) -> Appended:
        """Write the batch durably and return after the commit; order-free and idempotent.

        Raises StoreError when it could not be stored (full disk, read-only directory); then nothing of the batch is.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One stored reading. `sent_after_ms` is the largest seen for this triple, `source` the smallest."""

    descriptor: Descriptor
    value: Value
    unit: str | None
    measured_at_ms: int
    sent_after_ms: int
    source: Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The readings of one stretch of time; min, max and mean are over the numbers in it, None when there are none.

    `first` and `last` are by measured_at; `count` counts every reading, "no value" included.
    """

    start_at_ms: int
    min: float | None
    max: float | None
    mean: float | None
    first: Value
    last: Value
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesInfo:
    """What is stored of one descriptor of one vehicle."""

    descriptor: Descriptor
    unit: str | None
    count: int
    first_measured_at_ms: int
    last_measured_at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreFigures:
    """How much is stored, for health, metrics and benchmarks."""

    readings: int
    journal_entries: int
    refused: int
    database_bytes: int


class ReadingQuery(Protocol):
    """The one way out. Readers never wait for the writer."""

    async def vins(self) -> list[Vin]:
        """Return every VIN that has readings, in alphabetical order."""
        ...

    async def latest(self, vin: Vin) -> list[Point]:
        """Return the newest point of each series (by measured_at, sent_after, value), ordered by descriptor."""
        ...

    async def range(
        self,
        vin: Vin,
        descriptors: Sequence[Descriptor],
        *,
        from_ms: int,
        to_ms: int,
        limit: int,
        after: str | None = None,
    ) -> tuple[list[Point], str | None]:
        """Return up to `limit` points by (measured_at, descriptor, value), and a token for the next page or None.

        ConfigError when `after` is no token that an earlier page gave.
        """
        ...

    async def downsample(
        self, vin: Vin, descriptor: Descriptor, *, from_ms: int, to_ms: int, buckets: int
    ) -> list[Bucket]:
        """Return the non-empty ones of `buckets` equal stretches, oldest first; empty list when nothing is stored.

        Stretches of an hour or more are answered from hour roll-ups: their edges are then rounded to whole hours,
        and the number of buckets can be smaller than asked.
        """
        ...

    async def series(self, vin: Vin) -> list[SeriesInfo]:
        """Return what is stored of each descriptor of a vehicle, ordered by descriptor."""
        ...

    async def figures(self) -> StoreFigures:
        """Return how much is stored."""
        ...


class Quarantine(Protocol):
    """What was refused, newest first."""

    async def refused(self, *, limit: int) -> list[Refused]:
        """Return the newest `limit` refused items."""
        ...
