"""What the rest of bimmerhub asks of a store. Each adapter passes the suite in `tests/contract`.

All times are milliseconds since 1970 UTC; ranges are half open, `from_ms <= t < to_ms`. Every method raises StoreError
when the disk or the database fails it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec

from bimmerhub.domain.coverage import Arrivals
from bimmerhub.domain.ids import Descriptor, Gcid, Vin
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.vehicle import Vehicle


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one durable commit writes: all of it or nothing. `released` are ids of what leaves quarantine with it."""

    readings: Sequence[Reading] = ()
    journal: Sequence[JournalEntry] = ()
    refused: Sequence[Refused] = ()
    released: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What a commit changed: readings that were new, and those that the store had already.

    A triple that comes twice within one batch is new once and repeated once.
    """

    new: int
    repeated: int


class ReadingLog(Protocol):
    """The one way in."""

    async def append(self, batch: Batch) -> Appended:
        """Write the batch durably and return after the commit; order-free and idempotent.

        StoreError when it could not be stored (full disk, read-only directory): then nothing of the batch is, and a
        later append works as soon as the cause is gone. ValueError for a value that is not canonical (NaN, an integer
        beyond 64 bits). A cancelled append may or may not have been stored; giving the batch again is always right.
        """
        ...


class Point(msgspec.Struct, frozen=True, kw_only=True):
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

    `first` and `last` are by measured_at (of one instant: the smaller value first, the larger last, in the order of
    `value_rank`); `count` counts every reading, "no value" included. The stretch is half open.
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
    """How much is stored, for health, metrics and benchmarks. All but the last are exact.

    `refused` is of all time, also what quarantine no longer keeps; `database_bytes` includes the write-ahead log.
    """

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
        """Return up to `limit` points by (measured_at, descriptor, unit, value), and a token for the next page or None.

        ConfigError when `after` is no token that an earlier page gave.
        """
        ...

    async def downsample(
        self, vin: Vin, descriptor: Descriptor, *, from_ms: int, to_ms: int, buckets: int
    ) -> list[Bucket]:
        """Return the non-empty ones of at most `buckets` equal stretches, oldest first; empty when nothing is stored.

        Stretches of an hour or more are answered from hour roll-ups: their edges are then whole hours, so that the
        first can begin before `from_ms` and the last end after `to_ms`. Of a descriptor that came in several units
        (only those outside the catalogue do), the unit seen last is taken. ConfigError when `buckets` is below 1.
        """
        ...

    async def series(self, vin: Vin) -> list[SeriesInfo]:
        """Return what is stored of each descriptor of a vehicle, ordered by descriptor."""
        ...

    async def arrivals(self, vin: Vin, *, since_ms: int) -> list[Arrivals]:
        """Return when each descriptor's values measured at or after `since_ms` came, ordered by descriptor."""
        ...

    async def figures(self) -> StoreFigures:
        """Return how much is stored."""
        ...


class Quarantine(Protocol):
    """What was refused: the newest 10,000, of each the first 16 KiB (`reason` then says so)."""

    async def refused(self, *, limit: int) -> list[Refused]:
        """Return the newest `limit` refused items, newest first."""
        ...

    async def find_refused(self, refused_id: int) -> Refused | None:
        """Return one refused item; None when it is not kept (any more). Ids are never given twice."""
        ...


class Journal(Protocol):
    """The stream's messages as they came, for as long as they are kept."""

    async def journal(self, *, limit: int, after: str | None = None) -> tuple[list[JournalEntry], str | None]:
        """Return up to `limit` entries in order of arrival, and a token of the place behind the last; None: no entries.

        A token stays good, so that whoever has read everything can look again later for what came since. ConfigError
        when `after` is no token that an earlier page gave.
        """
        ...

    async def prune(self, *, before_ms: int) -> int:
        """Forget the oldest entries up to the first one received at or after `before_ms`; return how many went."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAccount:
    """An account as the store keeps it. `name` is local; `gcid` and `signed_in_at_ms` are None before the sign-in."""

    name: str
    client_id: str
    gcid: Gcid | None = None
    signed_in_at_ms: int | None = None


class Accounts(Protocol):
    """The accounts and their tokens. The store sees tokens only encrypted ("sealed")."""

    async def accounts(self) -> list[StoredAccount]:
        """Return every account in order of name."""
        ...

    async def save_account(self, account: StoredAccount) -> None:
        """Add the account, or replace what is stored under its name; its tokens stay."""
        ...

    async def remove_account(self, name: str) -> None:
        """Forget the account and its tokens; its vehicles and readings stay. Nothing happens when there is none."""
        ...

    async def load_tokens(self, name: str) -> bytes | None:
        """Return the account's sealed tokens, None when it has none."""
        ...

    async def save_tokens(self, name: str, sealed: bytes | None) -> None:
        """Replace the account's tokens (None: forget them) and return once that is on disk.

        StoreError when there is no such account.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaCall:
    """One REST call that counted against an account's quota; `caller` says for whom: `cli`, `hub`, `schedule` ..."""

    account: str
    at_ms: int
    operation: str
    caller: str


class QuotaLedger(Protocol):
    """The REST calls that were made, so that a restart does not forget them."""

    async def record_call(self, call: QuotaCall) -> None:
        """Add a call and return once it is on disk: before the request is sent, so that a crash cannot hide it."""
        ...

    async def calls_since(self, account: str, since_ms: int) -> list[QuotaCall]:
        """Return an account's calls at or after `since_ms`, oldest first (at most some 50 a day)."""
        ...


class Vehicles(Protocol):
    """The vehicles that are known, with or without readings."""

    async def vehicles(self) -> list[Vehicle]:
        """Return every vehicle in order of VIN."""
        ...

    async def save_vehicle(self, vehicle: Vehicle, *, seen_at_ms: int, basic_data: str | None = None) -> None:
        """Add the vehicle or add to it: a field that is None leaves what is stored. The earliest `seen_at_ms` is kept.

        `basic_data` is BMW's answer as JSON text.
        """
        ...

    async def basic_data(self, vin: Vin) -> str | None:
        """Return BMW's basic data of a vehicle as JSON text, None when there is none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredContainer:
    """A container that we made at BMW. `id` is BMW's; `created_at_ms` is None when BMW did not say."""

    id: str
    account: str
    name: str
    purpose: str
    descriptors: tuple[Descriptor, ...]
    created_at_ms: int | None


class Containers(Protocol):
    """The containers of each account, so that they need not be listed at BMW (a call each time)."""

    async def containers(self, account: str) -> list[StoredContainer]:
        """Return an account's containers in order of id."""
        ...

    async def save_container(self, container: StoredContainer) -> None:
        """Add the container, or replace the one with its id."""
        ...

    async def remove_container(self, container_id: str) -> None:
        """Forget a container. Nothing happens when there is none."""
        ...


class Settings(Protocol):
    """Small texts by key: what a person set while the hub ran, such as the hash of a password."""

    async def load_settings(self, prefix: str = "") -> dict[str, str]:
        """Return the settings whose key starts with `prefix`, in order of key."""
        ...

    async def save_setting(self, key: str, value: str | None, *, is_secret: bool = False) -> None:
        """Replace a setting (None: forget it) and return once that is on disk. A secret one is left out of backups."""
        ...
