"""Readings: the one way in, and reading them back."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec

from bimmerhub.domain.coverage.coverage_verdicts import Arrivals
from bimmerhub.domain.documents import Document
from bimmerhub.domain.own_places import Counted
from bimmerhub.domain.reading import Reading, Source, Value
from bimmerhub.domain.vehicle import Vehicle
from bimmerhub.ids import Descriptor, Vin
from bimmerhub.store.ports.journal import JournalEntry
from bimmerhub.store.ports.overlays import Overlay
from bimmerhub.store.ports.quarantine import Refused


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one durable commit writes: all of it or nothing. `released` are ids of what leaves quarantine with it.

    The readings in `judged` are judged with their neighbours, stored and set apart ones, by
    `domain.plausibility.odometer`: they become points, or what they are given as, with the reason, and readings that
    came before change sides with them.

    What a person said (`overlays`) outranks every rule: what they rejected is set apart, what they released is
    believed, whether it is in this batch, came before or comes later. An overlay that has an id is stored already: its
    `undone_at_ms` is written, and the readings that it was about are judged as if it had never been.
    """

    readings: Sequence[Reading] = ()
    judged: Sequence[Refused] = ()
    documents: Sequence[Document] = ()
    overlays: Sequence[Overlay] = ()
    journal: Sequence[JournalEntry] = ()
    refused: Sequence[Refused] = ()
    released: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Appended:
    """What a commit changed: readings that were new, and those that the store had already.

    A triple that comes twice within one batch is new once and repeated once. Of those to be judged, `set_apart` are the
    new ones that were not believed and `believed` the others.

    A person had rejected `rejected` of the other readings (the new ones of these are in `set_apart` too); what they had
    released is in `believed`, though the batch calls it refused. `dropped` are older than a person wants readings kept,
    and not stored. Of earlier readings, `withdrawn` left the points and
    `returned` came back; `changed` are their vehicles. `met` are the vehicles that nothing was known of before, with
    the key that they got.
    """

    new: int
    repeated: int
    set_apart: Sequence[Refused] = ()
    believed: Sequence[Reading] = ()
    rejected: Sequence[Reading] = ()
    withdrawn: Sequence[Reading] = ()
    returned: Sequence[Reading] = ()
    changed: Collection[Vin] = frozenset()
    dropped: Sequence[Reading] = ()
    met: Sequence[Vehicle] = field(default=(), compare=False)  # keys are random


def joined(parts: Sequence[Appended]) -> Appended:
    """Return what several commits changed, of which the first wrote the batch and the others what followed from it."""
    if len(parts) == 1:
        return parts[0]
    return replace(
        parts[0],
        withdrawn=tuple(reading for part in parts for reading in part.withdrawn),
        returned=tuple(reading for part in parts for reading in part.returned),
        changed=frozenset(vin for part in parts for vin in part.changed),
    )


class ReadingLog(Protocol):
    """The one way in."""

    async def append(self, batch: Batch) -> Appended:
        """Write the batch durably and return after the commit; order-free and idempotent.

        What overlays are about is settled in slices, a commit each: the overlays are durable with the first, and what a
        crash leaves of the others the next start does.

        Of a document that comes twice the one fetched last is its newest, of one instant the larger body.

        StoreError when it could not be stored (full disk, read-only directory): then nothing of the batch is, and a
        later append works as soon as the cause is gone. ValueError for a value that is not canonical (NaN, an integer
        beyond 64 bits). A cancelled append may or may not have been stored; giving the batch again is always right.
        """
        ...


class Rehearsal(Protocol):
    """Seeing what a batch would change."""

    async def rehearse(self, batch: Batch) -> Appended:
        """Return what `append` would return now, and change nothing; fails like it."""
        ...


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """One stored reading. `sent_after_ms` and `source` are the smallest seen for this triple."""

    descriptor: Descriptor
    value: Value
    unit: str | None
    measured_at_ms: int
    sent_after_ms: int
    source: Source

    def to_reading(self, vin: Vin) -> Reading:
        """Return the point as a reading of that vehicle; when it arrived is not stored, so it counts as when sent."""
        sent_at_ms = self.measured_at_ms + self.sent_after_ms
        return Reading(
            vin=vin,
            descriptor=self.descriptor,
            value=self.value,
            unit=self.unit,
            measured_at_ms=self.measured_at_ms,
            sent_at_ms=sent_at_ms,
            received_at_ms=sent_at_ms,
            source=self.source,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """The readings of one stretch of time; min, max and mean are over the numbers in it, None when there are none.

    The mean has 12 digits, so that it does not depend on the order in which readings came. `first` and `last` are by
    measured_at (of one instant: the smaller value first, the larger last, in the order of `value_rank`); `count` counts
    every reading, "no value" included. The stretch is half open.
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


class ReadingQuery(Protocol):
    """The one way out. Readers never wait for the writer."""

    async def vins(self) -> list[Vin]:
        """Return every VIN that has readings, in alphabetical order."""
        ...

    async def latest(self, vin: Vin) -> list[Point]:
        """Return the newest point of each series (by measured_at, sent_after, value), ordered by descriptor."""
        ...

    async def newest_instants(self, vin: Vin) -> list[Point]:
        """Return all points of the newest instant of each series, ordered by descriptor, unit and value."""
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

    async def nearest_number(self, vin: Vin, descriptor: Descriptor, unit: str | None, *, at_ms: int) -> Point | None:
        """Return the last number of a series at or before that time, else the first after it; zeros do not count."""
        ...

    async def counted(
        self, vin: Vin, descriptor: Descriptor, *, from_ms: int, to_ms: int, within_ms: int
    ) -> Counted | None:
        """Return what a counter showed last at or before `from_ms` and first at or after `to_ms`; None without both.

        Each may be at most `within_ms` away. Only numbers count.
        """
        ...

    async def unclear(self, vin: Vin) -> list[Reading]:
        """Return what was not understood of a vehicle's values (`domain.unclear`), as far as quarantine keeps it."""
        ...

    async def downsample(
        self,
        vin: Vin,
        descriptor: Descriptor,
        *,
        from_ms: int,
        to_ms: int,
        buckets: int,
        unit: str | None = None,
    ) -> list[Bucket]:
        """Return the non-empty ones of at most `buckets` equal stretches, oldest first; empty when nothing is stored.

        Stretches of an hour or more are answered from hour roll-ups: their edges are then whole hours, so that the
        first can begin before `from_ms` and the last end after `to_ms`. Of a descriptor that came in several units
        the one called `unit` is taken ("": those without), with None the unit seen last. ConfigError when `buckets` is
        below 1.
        """
        ...

    async def series(self, vin: Vin) -> list[SeriesInfo]:
        """Return what is stored of each descriptor of a vehicle, ordered by descriptor."""
        ...

    async def arrivals(self, vin: Vin, *, since_ms: int) -> list[Arrivals]:
        """Return when each descriptor's values measured at or after `since_ms` came, ordered by descriptor."""
        ...
